import AgentCore
import Foundation
import Mocks
import PikaShell
import Vocabulary

/// `pikachat mock relay|fly|workers|microvm|all|agent`: a mock in the foreground, for other programs.
struct MockServerCommand: Subcommand {
    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "mock", summary: "a mock relay, control plane or agent in the foreground",
            usage: "\(names.joined(separator: "|")) [options]")
        spec.options = MockOption.allCases.map(\.spec)
        spec.details = """
            Mock relay keeps NIPs 1, 9, 11, 40, 42, 45 and 70, and forgets everything at its end. Its options make it one of the relays
            that clients meet; they go together, except that silent, mute, status and hang-up leave nothing for others to do.
            Mock fly and mock workers accept any token; with FLY_API_TOKEN or PIKA_WORKERS_API_TOKEN set, that one only.
            Mock fly knows any app; with FLY_BOT_APP_NAME set, that one only, and of others it says "App not found".
            Each prints one line when it is ready, then works until it gets a signal:
              ready ws://127.0.0.1:N            mock relay
              ready http://127.0.0.1:N          mock blossom, which takes files and forgets them at its end
              ready http://127.0.0.1:N          mock fly, workers, microvm; agents use the relays given with --relay, or else those that
                                                the create request names (fly: the default relays)
              ready ws://… fly=… workers=… microvm=…   mock all, with a relay of its own; --port N takes N to N+3
              ready npub1… HEX                  mock agent, on the relays given with --relay
            Mock pi takes the place of the program that thinks: it reads one prompt from standard input and prints the answer.
            """
        return spec
    }

    private var names: [String] { MockKind.all.map(\.name) }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let given = arguments.positionals.joined(separator: " ")
        guard let kind = MockKind.all.first(where: { $0.name == given }) else {
            throw Failure(
                .usage, given.isEmpty ? "mock needs to know what to be" : "there is no mock \(given)",
                hints: [
                    Suggestion.nearest(to: given, among: names).map { "did you mean \($0)?" }
                        ?? "known: \(names.joined(separator: ", "))"
                ])
        }
        for option in MockOption.allCases where !kind.options.contains(option) {
            guard arguments.value(option.rawValue) != nil || arguments.has(option.rawValue) else { continue }
            let takers = MockKind.all.filter { $0.options.contains(option) }.map { "mock \($0.name)" }
            throw Failure(
                .usage, "mock \(kind.name) does not use \(option.rawValue)",
                hints: ["it belongs to \(takers.joined(separator: ", "))"])
        }
        let setup = try await MockSetup(arguments, context)
        // Only guests' copies of files, where there were any: nothing is lost when this fails.
        defer { try? FileManager.default.removeItem(atPath: setup.directory) }
        return try await kind.run(setup)
    }
}

/// Options of `pikachat mock`; each kind of mock takes some of them.
enum MockOption: String, CaseIterable, Sendable {
    case port = "--port"
    case on = "--on"
    case reply = "--reply"
    case updateKeys = "--update-keys"
    case owner = "--owner"
    case boot = "--boot"
    case guest = "--guest"
    case fault = "--fault"
    case from = "--from"
    case limit = "--limit"
    case auth = "--auth"
    case dropEOSE = "--drop-eose"
    case dropOK = "--drop-ok"
    case slow = "--slow"
    case reject = "--reject"
    case refuse = "--refuse"
    case hangUp = "--hang-up"
    case mute = "--mute"
    case silent = "--silent"
    case status = "--status"

    /// What makes a mock relay one of those that clients meet.
    static let behaviours: Set<MockOption> = [
        .limit, .auth, .dropEOSE, .dropOK, .slow, .reject, .refuse, .hangUp, .mute, .silent, .status,
    ]

    var spec: OptionSpec {
        switch self {
        case .port: OptionSpec(rawValue, placeholder: "N", help: "on 127.0.0.1 [default: any free one]")
        case .on:
            OptionSpec(
                rawValue, placeholder: "REGEX",
                help: "the agent answers only messages that match; goes with the next --reply",
                isRepeatable: true)
        case .reply:
            OptionSpec(
                rawValue, placeholder: "TEXT",
                help: "its answer; {text} stands for the message [default: echo: {text}]", isRepeatable: true)
        case .updateKeys:
            OptionSpec(rawValue, help: "mock agent: renews its keys some time after joining (MIP-02)")
        case .owner: OptionSpec(rawValue, placeholder: "NPUB", help: "mock agent: obeys nobody else")
        case .boot:
            OptionSpec(
                rawValue, placeholder: "TIME",
                help: "from the control plane's answer (mock agent: from now) to the start of the agent")
        case .guest:
            OptionSpec(
                rawValue, placeholder: "COMMAND",
                help:
                    "mock microvm: runs this as the guest; {secret} {owner} {relays} are filled in; self boots the guest's real start script with this program as its daemon"
            )
        case .from:
            OptionSpec(
                rawValue, placeholder: "DIR",
                help:
                    "mock fly, workers, microvm: answers from this folder, which --record has written for one file"
            )
        case .fault:
            OptionSpec(
                rawValue, placeholder: "'STAGE …'",
                help:
                    "something that goes wrong, in the words of the fault command: 'spawn status=503 times=1'",
                isRepeatable: true)
        case .limit:
            OptionSpec(
                rawValue, placeholder: "N",
                help: "mock relay: no answer has more than the N newest events (0 to 1000000)")
        case .auth:
            OptionSpec(rawValue, help: "mock relay: clients must sign in (NIP-42) to read and to publish")
        case .dropEOSE: OptionSpec(rawValue, help: "mock relay: sends what is stored, but never EOSE")
        case .dropOK: OptionSpec(rawValue, help: "mock relay: takes events, but never sends OK")
        case .slow:
            OptionSpec(
                rawValue, placeholder: "MS",
                help: "mock relay: waits MS milliseconds before each message (1 to 600000)")
        case .reject:
            OptionSpec(
                rawValue, placeholder: "REASON",
                help: "mock relay: refuses every event, such as 'blocked: not on the list'")
        case .refuse:
            OptionSpec(
                rawValue, placeholder: "REASON",
                help: "mock relay: closes every subscription, such as 'restricted: members only'")
        case .hangUp:
            OptionSpec(
                rawValue, placeholder: "TEXT",
                help: "mock relay: ends each WebSocket as soon as it is open, with TEXT as a notice")
        case .mute: OptionSpec(rawValue, help: "mock relay: opens WebSockets and says nothing on them")
        case .silent:
            OptionSpec(rawValue, help: "mock relay: takes connections and does not even answer the handshake")
        case .status:
            OptionSpec(
                rawValue, placeholder: "N", help: "mock relay: answers every request with this HTTP status")
        }
    }
}
