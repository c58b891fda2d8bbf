import Vocabulary
import AgentCore

/// The fault plan shared by all servers of a mock world.
package actor Faults {
    private var plan = FaultPlan()
    private let clock: any Clock<Duration>

    package init(clock: any Clock<Duration> = ContinuousClock()) { self.clock = clock }

    package func add(_ rule: FaultRule) { plan.add(rule) }
    package var rules: [(rule: FaultRule, injected: Int)] { plan.listed }
    package func clear() { plan.clear() }
    package func next(_ stage: FaultStage) -> FaultAction? { plan.next(stage) }

    /// Waits if the action involves waiting. A hang lasts until the server stops.
    nonisolated func delay(_ action: FaultAction) async {
        switch action {
        case .latency(let base, _): try? await clock.sleep(for: base)
        case .hang: try? await clock.sleep(for: .seconds(86_400))
        default: break
        }
    }

    /// What an HTTP server does instead of responding normally: `nil` means to continue as usual,
    /// `.some(nil)` to close the connection.
    func interference(_ stages: [FaultStage]) async -> ServerResponse?? {
        for stage in stages {
            guard let action = plan.next(stage) else { continue }
            switch action {
            case .status(let status, let retryAfter):
                var response = ServerResponse.error(status, "fault at \(stage.rawValue)")
                if let retryAfter { response.fields.append(("Retry-After", "\(retryAfter)")) }
                return .some(response)
            case .latency: await delay(action)
            case .hang:
                await delay(action)
                return .some(nil)
            case .reset, .drop: return .some(nil)
            case .dup: continue
            }
        }
        return nil
    }
}
