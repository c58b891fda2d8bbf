import Vocabulary

/// What a control plane says of one thing that was created there.
package enum ResourceState: Equatable, Sendable {
    /// In the control plane's own words.
    case known(String)
    /// The control plane does not know it.
    case gone
    /// Its id never reached us, so that there is nothing to ask about.
    case unidentified
    /// The control plane could not be asked, which says nothing about what runs there.
    case unasked(Failure)

    /// For people and for programs.
    package var text: String {
        switch self {
        case .known(let words): words
        case .gone: "unknown (gone)"
        case .unidentified: "look for it with: pikachat agent sweep"
        case .unasked(let failure): "not asked: \(failure.message)"
        }
    }

    package var failure: Failure? {
        if case .unasked(let failure) = self { failure } else { nil }
    }

    /// Asks about one thing.
    ///
    /// - Parameter limit: when the question is given up; nil leaves that to the provider.
    static func of(
        _ resource: ProviderResource, at provider: any Provider, within limit: Duration?,
        clock: any Clock<Duration>
    ) async -> ResourceState {
        do {
            let words =
                if let limit {
                    try await withDeadline(limit, clock: clock) { try await provider.inspect(resource) }
                } else {
                    try await provider.inspect(resource)
                }
            return words.map(ResourceState.known) ?? .gone
        } catch { return .unasked(Failure(error)) }
    }
}

extension ProviderFactory {
    /// What the control planes say of ledger entries, in their order; all are asked at the same time.
    ///
    /// - Parameter limit: when a question is given up; nil leaves that to the provider.
    package func states(
        of entries: [ResourceLedger.Entry], within limit: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) async -> [ResourceState] {
        await withTaskGroup(of: (Int, ResourceState).self) { group in
            for (index, entry) in entries.enumerated() {
                group.addTask { (index, await state(of: entry, limit, clock)) }
            }
            var states = entries.map { _ in ResourceState.unidentified }
            for await (index, state) in group { states[index] = state }
            return states
        }
    }

    private func state(
        of entry: ResourceLedger.Entry, _ limit: Duration?, _ clock: any Clock<Duration>
    ) async -> ResourceState {
        guard let id = entry.id else { return .unidentified }
        do {
            return await .of(
                ProviderResource(kind: entry.kind, id: id), at: try make(for: entry), within: limit,
                clock: clock)
        } catch { return .unasked(Failure(error)) }
    }
}

extension AgentSession {
    /// What the control plane says of the agent; nil where this session has none that still runs, as far as it knows.
    package func agentState(within limit: Duration) async -> ResourceState? {
        guard let agent = state.agent, state.isRunning, let provider,
            let resource = agent.resources.first(where: { $0.id == agent.id }) ?? agent.resources.first
        else { return nil }
        return await .of(resource, at: provider, within: limit, clock: environment.clock)
    }
}
