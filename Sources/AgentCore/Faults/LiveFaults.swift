import Cryptography
import Nostr

/// `--allow-faults`: one fault plan on our side of the way to real control planes, relays and agents.
///
/// An event is judged once, whatever number of relays it passes; a control plane or an agent is never touched itself: an agent
/// that "dies" here is one whose answers no longer arrive.
package actor LiveFaults: FaultControl {
    private var plan = FaultPlan()
    private var breakConnections: @Sendable () async -> Void = {}
    // One entry per event of a run that asked for faults: small, and gone with it.
    private var treatments: [EventID: RelayTreatment] = [:]
    private var ours: Set<EventID> = []
    /// Whether an account's key packages are seen, and how late.
    private var agents: [XOnlyKey: RelayTreatment] = [:]
    private var isAgentSilent = false

    package init() {}

    /// - Parameter breakConnections: what breaks all connections to relays at once.
    package func attach(breakConnections: @escaping @Sendable () async -> Void) {
        self.breakConnections = breakConnections
    }

    package func add(_ rule: FaultRule) async {
        // At once, and not only with the next event.
        if rule.stage == .relay, rule.action == .reset, rule.isUnconditional {
            await breakConnections()
        } else {
            plan.add(rule)
        }
    }

    package var rules: [(rule: FaultRule, injected: Int)] { plan.listed }

    package func clear() {
        plan.clear()
        treatments = [:]
        agents = [:]
        isAgentSilent = false
    }

    package func next(_ stage: FaultStage) -> FaultAction? { plan.next(stage) }
}

extension LiveFaults: RelayInterference {
    package func sending(_ event: Event) -> RelayTreatment {
        ours.insert(event.id)
        return treatments[event.id]
            ?? judge(event, firstTreatment(event.kind == .giftWrap ? [.group, .relay] : [.relay]))
    }

    package func receiving(_ event: Event) -> RelayTreatment {
        // Our own event coming back was judged on its way out.
        if ours.contains(event.id) { return .pass }
        switch event.kind {
        case .keyPackage, .keyPackageLegacy:
            if let known = agents[event.author] { return known }
            let treatment = firstTreatment([.boot, .keypackage])
            agents[event.author] = treatment
            return treatment
        case .groupEvent: return treatments[event.id] ?? judge(event, answerTreatment())
        default: return treatments[event.id] ?? judge(event, firstTreatment([.relay]))
        }
    }

    private func answerTreatment() -> RelayTreatment {
        if isAgentSilent { return .lose }
        let action = plan.next(.agent)
        if action == .hang || action == .reset {
            isAgentSilent = true
            return .lose
        }
        return action.map { Self.treatment($0, .agent) } ?? firstTreatment([.relay])
    }

    private func judge(_ event: Event, _ treatment: RelayTreatment) -> RelayTreatment {
        // A connection breaks once per event, not again each time the event comes back over the new one.
        treatments[event.id] = treatment == .disconnect ? .pass : treatment
        return treatment
    }

    private func firstTreatment(_ stages: [FaultStage]) -> RelayTreatment {
        for stage in stages {
            if let action = plan.next(stage) { return Self.treatment(action, stage) }
        }
        return .pass
    }

    private static func treatment(_ action: FaultAction, _ stage: FaultStage) -> RelayTreatment {
        switch action {
        case .status(let status, _): .refuse("error: fault at \(stage.rawValue) (\(status))")
        case .latency(let time, _): .delay(time)
        case .hang: .hold
        case .reset: .disconnect
        case .drop: .lose
        case .dup: .twice
        }
    }
}
