/// What goes wrong.
package enum FaultAction: Equatable, Sendable {
    /// An HTTP status, and seconds for Retry-After; for relays a refusal.
    case status(Int, retryAfter: Int?)
    case latency(Duration, jitter: Duration)
    case hang, reset, drop, dup

    package var kind: FaultKind {
        switch self {
        case .status: .status
        case .latency: .latency
        case .hang: .hang
        case .reset: .reset
        case .drop: .drop
        case .dup: .dup
        }
    }
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

    /// From the words of `fault STAGE [KIND] key=value…`.
    ///
    /// - Throws: `Failure` (usage) for what is unknown, contradicts itself, or cannot happen at that stage.
    package init(words: [String], values: [String: String]) throws {
        guard let name = words.first, let stage = FaultStage(rawValue: name) else {
            throw Failure(
                .usage, "there is no stage \(words.first ?? "named")",
                hints: ["known: \(FaultStage.allCases.map(\.rawValue).joined(separator: ", "))"])
        }
        var given = words.dropFirst().map { $0 }
        given += ["status", "latency"].filter { values[$0] != nil }
        guard given.count == 1, let kind = FaultKind(rawValue: given[0]) else {
            throw Failure(.usage, "fault needs exactly one of status=, latency=, hang, reset, drop, dup")
        }
        guard stage.kinds.contains(kind) else {
            throw Failure(
                .usage, "\(kind.rawValue) cannot happen at \(name)",
                hints: ["there it can be: \(stage.kinds.map(\.rawValue).joined(separator: ", "))"])
        }
        for (key, needed) in [("retry-after", FaultKind.status), ("jitter", .latency)]
        where values[key] != nil && kind != needed {
            throw Failure(.usage, "\(key)= goes with \(needed.rawValue)=")
        }
        func number<Value: LosslessStringConvertible & Comparable>(
            _ key: String, _ range: ClosedRange<Value>
        ) throws -> Value? {
            guard let text = values[key] else { return nil }
            guard let value = Value(text), range.contains(value) else {
                throw Failure(
                    .usage,
                    "\(key)=\(text): a number from \(range.lowerBound) to \(range.upperBound) is needed")
            }
            return value
        }
        func duration(_ key: String) throws -> Duration? {
            guard let text = values[key] else { return nil }
            guard let value = DurationText.parse(text, bareUnit: .milliseconds) else {
                throw Failure(.usage, "\(key)=\(text): a time such as 500ms or 2s is needed")
            }
            return value
        }
        switch kind {
        case .status:
            self.init(
                stage,
                .status(
                    try number("status", 100...599) ?? 500, retryAfter: try number("retry-after", 0...3600)))
        case .latency:
            self.init(
                stage, .latency(try duration("latency") ?? .zero, jitter: try duration("jitter") ?? .zero))
        case .hang: self.init(stage, .hang)
        case .reset: self.init(stage, .reset)
        case .drop: self.init(stage, .drop)
        case .dup: self.init(stage, .dup)
        }
        times = try number("times", 1...1_000_000)
        after = try number("after", 0...1_000_000) ?? 0
        probability = try number("p", 0.0...1.0) ?? 1
        seed = try number("seed", 0...UInt64.max) ?? 1
    }

    /// Whether it strikes at every chance.
    package var isUnconditional: Bool { times == nil && after == 0 && probability >= 1 }
}
