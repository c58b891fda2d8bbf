import AgentCore
import Nostr

/// `expect reply …`, `expect no reply for=5s`, `expect $x == 3`
struct ExpectCommand: Command, WordChecking {
    static let defaultLimit: Duration = .seconds(30)

    var description: CommandDescription {
        var description = CommandDescription("expect", "waits for a reply, or compares at once")
        description.words = .list(
            "reply [contains TEXT | matches /RE/ | == TEXT] | no reply | A OP B", required: true)
        description.parameters = [
            Parameter("from", .choice(["start"]), "looks at all replies of the session again"),
            Parameter(
                "for", .duration(unit: .seconds, seconds: 0...86_400), "how long there must be no reply",
                default: "5s"),
        ]
        description.ownsWithin = true
        description.results = [("text", "of the reply"), ("id", ""), ("sender", "npub")]
        description.examples = [
            "expect reply contains pong within=90s", "expect reply matches /^[0-9]+$/",
            "expect no reply for=5s",
            "expect $vm.ip != \"\"",
        ]
        return description
    }

    func problem(in words: [Word]) -> Diagnostic? {
        let bare = words.map(\.bare)
        func fail(_ message: String, _ word: Word?, _ note: String) -> Diagnostic {
            Diagnostic(code: .usage, message: message, range: word?.range, notes: [note])
        }
        if bare.first == "no" {
            return words.count == 2 && bare[1] == "reply"
                ? nil
                : fail("expect no is written: expect no reply for=5s", words.first, "for= says how long")
        }
        if bare.first == "reply" {
            guard words.count > 1 else { return nil }
            guard let operation = bare[1], ["contains", "matches", "=="].contains(operation) else {
                return fail(
                    "\(words[1].source) is no test", words[1],
                    "tests are: contains TEXT, matches /RE/, == TEXT")
            }
            guard words.count > 2 else {
                return fail(
                    "\(operation) needs something to compare with", words[1], "expect reply contains TEXT")
            }
            if operation == "matches", words.count == 3, let pattern = words[2].literal,
                (try? Regex(PatternText.body(of: pattern))) == nil
            {
                return fail(
                    "\(pattern) is no valid regular expression", words[2],
                    "it is written between slashes: /re/")
            }
            return nil
        }
        guard words.count >= 3, let operation = bare[1], Comparison(rawValue: operation) != nil else {
            return fail(
                "this cannot be expected", words.first,
                "write expect reply …, expect no reply for=5s, or a comparison such as expect $x == 3")
        }
        return nil
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        switch call.words.first {
        case "reply": return try await reply(call, script)
        case "no": return try await silence(call, script)
        default: return try compare(call)
        }
    }

    private func reply(_ call: CommandCall, _ script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.host.session(named: nil)
        _ = try await session.state.requireGroup("expect reply")
        let operand = call.words.dropFirst(2).joined(separator: " ")
        let test: Expectation.Test =
            switch call.words.dropFirst().first {
            case "contains": .contains(operand)
            case "matches": .matches(operand)
            case "==": .equals(operand)
            default: .any
            }
        let expectation = Expectation(
            test: test, session: session, cursor: await cursor(call, session, script))
        let reply = try await expectation.wait(
            within: call.within ?? Self.defaultLimit, clock: script.host.clock)
        // Looking back (`from=start`) never makes read replies unread.
        await script.moveCursor(
            of: session.name, to: max(await script.cursor(of: session.name), reply.number + 1))
        let fields: [String: EventValue] = [
            "text": .text(reply.text), "id": .text(reply.id.hex), "sender": .text(reply.sender),
        ]
        await script.set("reply", .record(fields))
        return fields
    }

    private func silence(_ call: CommandCall, _ script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.host.session(named: nil)
        _ = try await session.state.requireGroup("expect no reply")
        let limit = call.values.duration("for") ?? .seconds(5)
        try await Expectation(test: .any, session: session, cursor: await cursor(call, session, script))
            .silence(for: limit, clock: script.host.clock)
        return [:]
    }

    private func cursor(_ call: CommandCall, _ session: AgentSession, _ script: Interpreter) async -> Int {
        call.values.text("from") == "start" ? 0 : await script.cursor(of: session.name)
    }

    private func compare(_ call: CommandCall) throws -> [String: EventValue] {
        guard call.words.count >= 3, let comparison = Comparison(rawValue: call.words[1]) else {
            throw Failure(.usage, "a comparison has three parts: expect $x == 3")
        }
        let right = call.words.dropFirst(2).joined(separator: " ")
        guard try Truth.holds(call.words[0], comparison, right) else {
            throw Failure(
                .mismatch,
                "\"\(call.words[0].prefix(200))\" \(comparison.rawValue) \"\(right.prefix(200))\" does not hold"
            )
        }
        return [:]
    }
}
