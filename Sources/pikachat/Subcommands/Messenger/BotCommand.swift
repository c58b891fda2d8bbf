import AgentCore
import Cryptography
import Foundation
import Marmot
import Messenger
import Nostr
import Vocabulary

/// `pikachat bot`: a fixture for tests of other programs. It publishes a key package, joins one group, answers one message, and ends.
struct BotCommand: Subcommand {
    private static let inviter = "--inviter-pubkey"
    private static let timeout = "--timeout-sec"
    private static let lookback = "--giftwrap-lookback-sec"
    /// Any failure: those who run it look for nothing else.
    private static let failed: Int32 = 1
    private static let defaultRelay = "ws://127.0.0.1:18080"

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "bot", summary: "a fixture for tests: joins one group and answers one message",
            usage: "[options]")
        spec.options = [
            OptionSpec(Self.inviter, placeholder: "KEY", help: "nobody else may invite it or is answered"),
            OptionSpec(Self.timeout, placeholder: "N", help: "seconds for each wait [default: 120]"),
            OptionSpec(
                Self.lookback, placeholder: "N",
                help: "how many seconds back Welcomes are looked for [default: 259200]"),
        ]
        spec.details = """
            Uses the first --relay only [default: \(Self.defaultRelay)] and wants a fresh state directory. It answers ping with pong, ping:TEXT with
            pong:TEXT, and openclaw: reply exactly "E2E_OK_…" with that word.
            """
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(.usage, "bot takes no \(arguments.positionals[0].cut(to: 60))")
        }
        let limit = Duration.seconds(try arguments.number(Self.timeout, in: 1...86_400) ?? 120)
        var settings = MessengerSettings()
        settings.welcomeLookback = Int64(
            try arguments.number(Self.lookback, in: 0...Int(Int32.max)) ?? Int(settings.welcomeLookback))
        if let text = arguments.value(Self.inviter) {
            do { settings.allowed = [try KeyText.publicKey(text)] } catch {
                throw Failure(.usage, "\(Self.inviter) \(text.cut(to: 80)): \(error)")
            }
        }
        var configuration = context.configuration
        configuration.explicitRelays = [
            try configuration.explicitRelays?.first ?? RelayURL(Self.defaultRelay)
        ]
        let quiet = context.with(configuration).forProtocol()
        do {
            let host = try await MessengerHost(quiet, settings: settings)
            try await Self.converse(host.messenger, limit) { quiet.terminal.line("[openclaw_bot] \($0)") }
            return 0
        } catch {
            quiet.log.emit(.failure(Failure(error)))
            return Self.failed
        }
    }

    private static func converse(
        _ messenger: Messenger, _ limit: Duration, _ tell: @escaping @Sendable (String) -> Void
    ) async throws {
        let happenings = AsyncStream<Happening>.makeStream()
        await messenger.start { happening in
            happenings.continuation.yield(happening)
            return .taken
        }
        do {
            tell("ready pubkey=\(messenger.publicKey.hex) npub=\(KeyText.npub(messenger.publicKey))")
            let id = try await messenger.publishKeyPackage(to: [])
            tell("published kind=443 id=\(id.hex) ok=true")
            let invitation = try await first(in: happenings.stream, limit, "an invitation") { happening in
                if case .invited(let invitation) = happening { return invitation }
                return nil
            }
            tell(
                "welcome_unwrapped wrapper_id=\(invitation.wrapID.hex) rumor_kind=444 rumor_id=\(invitation.rumor.id.hex) rumor_pubkey=\(invitation.inviter.hex)"
            )
            let group = try await messenger.acceptWelcome(invitation.wrapID)
            tell("joined_group nostr_group_id=\(group.nostrGroupIDHex)")
            let reply = try await first(in: happenings.stream, limit, "a message to answer") {
                happening -> String? in
                guard case .message(let message) = happening, message.rumor.author == invitation.inviter
                else {
                    return nil
                }
                return answer(to: message.rumor.content)
            }
            tell("replying content=\(reply)")
            _ = try await messenger.send(reply, to: group)
            tell("ok replied=\(reply)")
        } catch {
            await messenger.stop()
            throw error
        }
        await messenger.stop()
    }

    /// The first that fits, within the limit.
    private static func first<Value: Sendable>(
        in stream: AsyncStream<Happening>, _ limit: Duration, _ what: String,
        _ fit: @escaping @Sendable (Happening) -> Value?
    ) async throws -> Value {
        do {
            return try await withDeadline(limit, clock: ContinuousClock()) {
                for await happening in stream { if let value = fit(happening) { return value } }
                throw CancellationError()
            }
        } catch is DeadlineExceeded {
            throw Failure(.timeout, "no sign of \(what) within \(limit.inSeconds)")
        }
    }

    /// Nil for what is not answered.
    static func answer(to content: String) -> String? {
        let text = content.trimmed
        if text == "ping" { return "pong" }
        if text.hasPrefix("ping:") { return "pong:" + text.dropFirst("ping:".count) }
        let pattern = #/openclaw:\s*reply exactly\s+"?(E2E_OK_[0-9a-f]+)"?/#
        return text.wholeMatch(of: pattern).map { String($0.1) }
    }
}
