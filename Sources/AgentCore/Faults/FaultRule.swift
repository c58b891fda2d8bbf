import Vocabulary

/// The fault that is injected.
package enum FaultAction: Equatable, Sendable {
    /// An HTTP error status, with `Retry-After` in seconds; a relay rejects the event.
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

/// One fault and the conditions under which it is injected.
package struct FaultRule: Equatable, Sendable {
    package var stage: FaultStage
    package var action: FaultAction
    /// How many times it is injected; nil means without limit.
    package var times: Int?
    /// How many opportunities pass first.
    package var after = 0
    /// Probability at each opportunity, 0 to 1.
    package var probability = 1.0
    package var seed: UInt64 = 1

    package init(_ stage: FaultStage, _ action: FaultAction) {
        self.stage = stage
        self.action = action
    }

    /// Reads the arguments of `fault STAGE [KIND] key=value…`.
    ///
    /// - Throws: `Failure` (usage) for unknown or contradictory arguments, and for a kind that the stage does
    ///   not support.
    package init(words: [String], values: [String: String]) throws {
        guard let name = words.first, let stage = FaultStage(rawValue: name) else {
            throw Failure(
                .usage, words.first.map { "unknown fault stage: \($0)" } ?? "fault needs a stage",
                hints: ["stages: \(FaultStage.allCases.map(\.rawValue).joined(separator: ", "))"])
        }
        var given = words.dropFirst().map { $0 }
        given += ["status", "latency"].filter { values[$0] != nil }
        guard given.count == 1, let kind = FaultKind(rawValue: given[0]) else {
            throw Failure(.usage, "fault needs exactly one of status=, latency=, hang, reset, drop, dup")
        }
        guard stage.kinds.contains(kind) else {
            throw Failure(
                .usage, "\(kind.rawValue) is not possible at stage \(name)",
                hints: ["possible at this stage: \(stage.kinds.map(\.rawValue).joined(separator: ", "))"])
        }
        for (key, needed) in [("retry-after", FaultKind.status), ("jitter", .latency)]
        where values[key] != nil && kind != needed {
            throw Failure(.usage, "\(key)= is only valid together with \(needed.rawValue)=")
        }
        func number<Value: LosslessStringConvertible & Comparable>(
            _ key: String, _ range: ClosedRange<Value>
        ) throws -> Value? {
            guard let text = values[key] else { return nil }
            guard let value = Value(text), range.contains(value) else {
                throw Failure(
                    .usage,
                    "\(key)=\(text): must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        func duration(_ key: String) throws -> Duration? {
            guard let text = values[key] else { return nil }
            guard let value = DurationText.parse(text, bareUnit: .milliseconds) else {
                throw Failure(.usage, "\(key)=\(text): must be a duration, such as 500ms or 2s")
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

    /// Whether it is injected at every opportunity.
    package var isUnconditional: Bool { times == nil && after == 0 && probability >= 1 }
}

extension FaultRule: CustomStringConvertible {
    /// As a script writes it.
    package var description: String {
        var words = ["fault", stage.rawValue]
        switch action {
        case .status(let status, let retryAfter):
            words.append("status=\(status)")
            if let retryAfter { words.append("retry-after=\(retryAfter)") }
        case .latency(let time, let jitter):
            words.append("latency=\(time.wholeMilliseconds)ms")
            if jitter > .zero { words.append("jitter=\(jitter.wholeMilliseconds)ms") }
        case .hang, .reset, .drop, .dup: words.append(action.kind.rawValue)
        }
        if let times { words.append("times=\(times)") }
        if after > 0 { words.append("after=\(after)") }
        if probability < 1 { words.append("p=\(probability)") }
        return words.joined(separator: " ")
    }
}
