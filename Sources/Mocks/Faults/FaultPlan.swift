import AgentCore

/// Where in an agent's life something can go wrong.
package enum FaultStage: String, CaseIterable, Sendable {
    case http, spawn, boot, keypackage, group, relay, agent, teardown
}

/// What goes wrong.
package enum FaultAction: Equatable, Sendable {
    /// An HTTP status; for relays a refusal.
    case status(Int, retryAfter: Int?)
    case latency(Duration, jitter: Duration)
    case hang, reset, drop, dup
}

/// One fault with its conditions.
package struct FaultRule: Equatable, Sendable {
    package var stage: FaultStage
    package var action: FaultAction
    /// How often it strikes; nil always.
    package var times: Int?
    /// How many chances pass first.
    package var after = 0
    /// Of each chance, 0 to 1.
    package var probability = 1.0
    package var seed: UInt64 = 1

    package init(_ stage: FaultStage, _ action: FaultAction) {
        self.stage = stage
        self.action = action
    }

    /// From the words of `fault STAGE key=value…`, checked by the command.
    package init(stage: FaultStage, values: [String: String]) throws {
        func duration(_ name: String) -> Duration {
            values[name].flatMap { DurationText.parse($0, bareUnit: .milliseconds) } ?? .zero
        }
        if let status = values["status"].flatMap({ Int($0) }) {
            self.init(stage, .status(status, retryAfter: values["retry-after"].flatMap { Int($0) }))
        } else if values["latency"] != nil {
            self.init(stage, .latency(duration("latency"), jitter: duration("jitter")))
        } else {
            let actions: [String: FaultAction] = ["hang": .hang, "reset": .reset, "drop": .drop, "dup": .dup]
            guard let action = values["action"].flatMap({ actions[$0] }) else {
                throw Failure(.usage, "fault needs one of status=, latency=, hang, reset, drop, dup")
            }
            self.init(stage, action)
        }
        times = values["times"].flatMap { Int($0) }
        after = values["after"].flatMap { Int($0) } ?? 0
        probability = values["p"].flatMap { Double($0) } ?? 1
        seed = values["seed"].flatMap { UInt64($0) } ?? 1
    }
}

/// The faults in force: pure, and the same for the same seed.
package struct FaultPlan: Sendable {
    private var rules: [(rule: FaultRule, chances: Int, struck: Int, generator: UInt64)] = []

    package init() {}

    package mutating func add(_ rule: FaultRule) { rules.append((rule, 0, 0, rule.seed)) }
    package mutating func clear() { rules = [] }

    /// What strikes at this chance; the rule given last wins.
    package mutating func next(_ stage: FaultStage) -> FaultAction? {
        for index in rules.indices.reversed() where rules[index].rule.stage == stage {
            let rule = rules[index].rule
            rules[index].chances += 1
            guard rules[index].chances > rule.after, rules[index].struck < rule.times ?? .max else {
                continue
            }
            guard draw(index) < rule.probability else { continue }
            rules[index].struck += 1
            if case .latency(let base, let jitter) = rule.action {
                return .latency(base + jitter * draw(index), jitter: .zero)
            }
            return rule.action
        }
        return nil
    }

    /// A number below 1 from the rule's own generator (an LCG is random enough for choosing victims).
    private mutating func draw(_ index: Int) -> Double {
        rules[index].generator =
            rules[index].generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(rules[index].generator >> 11) / Double(1 << 53)
    }
}

/// The plan that all servers of a mock world share.
package actor Faults {
    private var plan = FaultPlan()
    private let clock: any Clock<Duration>

    package init(clock: any Clock<Duration> = ContinuousClock()) { self.clock = clock }

    package func add(_ rule: FaultRule) { plan.add(rule) }
    package func clear() { plan.clear() }
    package func next(_ stage: FaultStage) -> FaultAction? { plan.next(stage) }

    /// Waits where the action is to wait; a hang lasts until the server stops.
    nonisolated func delay(_ action: FaultAction) async {
        switch action {
        case .latency(let base, _): try? await clock.sleep(for: base)
        case .hang: try? await clock.sleep(for: .seconds(86_400))
        default: break
        }
    }

    /// What an HTTP server does instead of answering: `nil` means go on, `.some(nil)` break the connection.
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
            case .dup: break
            }
        }
        return nil
    }
}
