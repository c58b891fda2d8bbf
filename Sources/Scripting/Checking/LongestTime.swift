import Vocabulary

/// How long a script can take at most, from the limits that are written in it. Every script ends: there are no other loops than counted ones.
package struct LongestTime: Equatable, Sendable {
    /// All that is limited; each cleanup counts with its own limit.
    package private(set) var limited: Duration = .zero
    /// Lines whose commands end only when they like.
    package private(set) var unlimited: [Int] = []

    /// Of a cleanup (docs/language.md, PREFIXES).
    private static let cleanup: Duration = .seconds(45)
    /// More is no time that anybody waits for.
    private static let maximum: Duration = .seconds(1_000_000)

    package init(of script: CheckedScript) { self.init(script.statements, script.included) }

    private init(_ statements: [Statement], _ included: [String: CheckedScript]) {
        for statement in statements { add(Self.time(of: statement, included)) }
    }

    private init() {}

    private mutating func add(_ other: LongestTime, times count: Int = 1) {
        limited = min(limited + min(other.limited, Self.maximum) * count, Self.maximum)
        unlimited += other.unlimited
    }

    private static func time(of statement: Statement, _ included: [String: CheckedScript]) -> LongestTime {
        var time = LongestTime()
        switch statement {
        case .command(let prefixes, let invocation):
            for prefix in prefixes { time.add(self.time(of: prefix, included)) }
            time.add(self.time(of: invocation, included, isDeferred: prefixes.contains(.deferred)))
        case .conditional(let branches, _):
            let all = branches.map { LongestTime($0.body, included) }
            time.limited = all.map(\.limited).max() ?? .zero
            time.unlimited = all.flatMap(\.unlimited)
            for branch in branches { time.add(self.time(of: branch.condition, included)) }
        case .forEach(let loop, _):
            let body = LongestTime(loop.body, included)
            guard let count = loop.count else {
                time.unlimited = [loop.values.first?.range.line ?? 0] + body.unlimited
                time.limited = body.limited
                break
            }
            let atATime = loop.jobs?.literal.flatMap { Int($0) } ?? 1
            time.add(body, times: (count + max(1, atATime) - 1) / max(1, atATime))
        case .repetition(let count, let body, _):
            time.add(
                LongestTime(body, included),
                times: count.literal.flatMap { Int($0) } ?? RepetitionLimits.range.upperBound)
        case .invalid: break
        }
        return time
    }

    private static func time(of prefix: Prefix, _ included: [String: CheckedScript]) -> LongestTime {
        switch prefix {
        case .when(let condition), .unless(let condition): time(of: condition, included)
        case .deferred, .inSession, .background, .trying, .soft, .fails: LongestTime()
        }
    }

    private static func time(of condition: Condition?, _ included: [String: CheckedScript]) -> LongestTime {
        var time = LongestTime()
        switch condition {
        case nil, .truth, .comparison, .match: break
        case .succeeds(let invocation): time = self.time(of: invocation, included, isDeferred: false)
        case .not(let inner): time = self.time(of: inner, included)
        case .and(let a, let b), .or(let a, let b):
            time.add(self.time(of: a, included))
            time.add(self.time(of: b, included))
        }
        return time
    }

    private static func time(
        of invocation: Invocation, _ included: [String: CheckedScript], isDeferred: Bool
    ) -> LongestTime {
        var time = LongestTime()
        if invocation.command is IncludeCommand, let word = invocation.arguments.first,
            let file = word.literal,
            let script = included[word.range.source.path(to: file)]
        {
            return LongestTime(script.statements, included)
        }
        let limits = ["within", "timeout"].map { given($0, invocation) }
        let own = invocation.command.longestTime(invocation.written)
        let stable = given("stable", invocation) ?? .zero
        if let limit = limits[0] {
            time.limited = limit + (given("settled", invocation) ?? .zero)
        } else if let limit = limits[1] ?? own {
            time.limited = limit + stable * (limits[1] == nil ? 1 : 2)
        } else if !isDeferred {
            time.unlimited = [invocation.range.line]
        }
        if isDeferred { time.limited = min(time.limited == .zero ? cleanup : time.limited, cleanup) }
        return time
    }

    /// The time that a parameter gives, where it is written out.
    private static func given(_ name: String, _ invocation: Invocation) -> Duration? {
        guard
            let entry = (invocation.universal + invocation.keyed).first(where: { $0.parameter.name == name }),
            let text = entry.word.literal,
            case .duration(let time)? = try? ParameterValue(text, for: entry.parameter)
        else { return nil }
        return time
    }

    /// `at most 4m 12s`, or why there is no such time.
    package var text: String {
        let time = "at most \(Self.text(limited))"
        guard !unlimited.isEmpty else { return time }
        let lines = unlimited.prefix(3).map(String.init).joined(separator: ", ")
        return
            "\(time), beside what has no limit (line \(lines)\(unlimited.count > 3 ? " and more" : "")): --max-time or timeout= set one"
    }

    private static func text(_ time: Duration) -> String {
        let seconds = Int(time.components.seconds) + (time.components.attoseconds > 0 ? 1 : 0)
        guard seconds >= 60 else { return "\(seconds)s" }
        guard seconds >= 3600 else {
            return "\(seconds / 60)m" + (seconds % 60 > 0 ? " \(seconds % 60)s" : "")
        }
        return "\(seconds / 3600)h" + (seconds % 3600 >= 60 ? " \(seconds % 3600 / 60)m" : "")
    }
}

extension Loop {
    /// How many values there are; nil where only the run knows.
    var count: Int? {
        var count = 0
        for word in values {
            guard let text = word.literal else { return nil }
            guard !word.isQuoted else {
                count += 1
                continue
            }
            let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
            if ends.count == 2, let first = ends[0], let last = ends[1], first <= last {
                count += last - first + 1
            } else {
                count += text.split(separator: ",").count
            }
        }
        return count
    }
}
