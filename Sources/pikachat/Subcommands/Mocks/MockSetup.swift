import AgentCore
import Cryptography
import Foundation
import Mocks
import Nostr
import PikaShell
import Providers
import Vocabulary

/// What the options of `pikachat mock` come to, and how a mock runs until a signal ends it.
struct MockSetup: Sendable {
    let context: CommandContext
    let port: UInt16
    let template: AgentTemplate
    let faults: Faults
    let guest: String?
    let owner: XOnlyKey?
    let updatesKeys: Bool
    let behaviour: RelayBehaviour
    /// The folder of a recording to answer from.
    let recording: String?

    var configuration: Configuration { context.configuration }

    /// - Throws: `Failure` (usage) for a value that cannot be read.
    init(_ arguments: ParsedArguments, _ context: CommandContext) async throws {
        self.context = context
        port = try Self.port(arguments.value(MockOption.port.rawValue))
        var template = AgentTemplate()
        template.rules = try Self.rules(arguments)
        if let text = arguments.value(MockOption.boot.rawValue) {
            guard let boot = DurationText.parse(text, bareUnit: .seconds) else {
                throw Failure(.usage, "--boot \(text) is not a time such as 3s")
            }
            template.boot = boot
        }
        self.template = template
        faults = Faults()
        for text in arguments.all(MockOption.fault.rawValue) { await faults.add(try Self.fault(text)) }
        guest = arguments.value(MockOption.guest.rawValue)
        owner = try arguments.value(MockOption.owner.rawValue).map { try KeyText.publicKey($0) }
        updatesKeys = arguments.has(MockOption.updateKeys.rawValue)
        behaviour = try RelayBehaviour(arguments)
        recording = arguments.value(MockOption.from.rawValue)
        if recording != nil,
            let other = [MockOption.on, .reply, .boot, .guest, .fault].first(where: {
                !arguments.all($0.rawValue).isEmpty
            })
        {
            throw Failure(
                .usage, "\(other.rawValue) has no effect beside --from: everything comes from the recording")
        }
    }

    /// For the files of guests.
    var directory: String {
        "\(configuration.environment["TMPDIR"] ?? "/tmp")/pikachat-guests-\(getpid())"
    }

    /// The one token that is accepted; nil accepts any.
    func token(_ name: String) -> String? {
        guard let token = variable(name) else { return nil }
        context.log.masking.add(token)
        return token
    }

    /// Nil for one that is empty, too.
    func variable(_ name: String) -> String? {
        configuration.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func port(_ text: String?) throws -> UInt16 {
        guard let text else { return 0 }
        guard let port = UInt16(text) else {
            throw Failure(.usage, "--port \(text.cut(to: 20)) is not a number from 0 to 65535")
        }
        return port
    }

    /// `--on A --reply B` pairs; a reply without a pattern answers everything.
    private static func rules(_ arguments: ParsedArguments) throws -> ReplyRules {
        let patterns = arguments.all(MockOption.on.rawValue)
        let replies = arguments.all(MockOption.reply.rawValue)
        guard patterns.count <= replies.count else { throw Failure(.usage, "every --on needs a --reply") }
        return ReplyRules(
            try replies.enumerated().map { index, reply in
                guard index < patterns.count else { return .init(pattern: nil, reply: reply) }
                let pattern = PatternText.body(of: patterns[index])
                guard (try? Regex(pattern)) != nil else {
                    throw Failure(.usage, "--on \(pattern) is not a valid regular expression")
                }
                return .init(pattern: pattern, reply: reply)
            })
    }

    /// `STAGE [KIND] key=value…`
    private static func fault(_ text: String) throws -> FaultRule {
        var (words, values): ([String], [String: String]) = ([], [:])
        for part in text.split(whereSeparator: \.isWhitespace).map(String.init) {
            if let sign = part.firstIndex(of: "=") {
                values[String(part[..<sign])] = String(part[part.index(after: sign)...])
            } else {
                words.append(part)
            }
        }
        do {
            return try FaultRule(words: words, values: values)
        } catch let failure as Failure {
            throw Failure(.usage, "--fault '\(text.cut(to: 100))': \(failure.message)", hints: failure.hints)
        }
    }

    // MARK: Running

    /// Answers from the recording that was named.
    ///
    /// - Returns: nil where none was.
    func serveCassette(_ kind: String) async throws -> Int32? {
        guard let recording else { return nil }
        let mock = try MockCassette(
            port: port, tape: CassetteTape(try Cassette(folder: recording), name: recording))
        return await serve(mock, [(kind, mock.url)])
    }

    /// - Parameter addresses: by kind; the first stands without its name.
    func serve(_ server: some MockServer, _ addresses: [(kind: String, url: String)]) async -> Int32 {
        await server.start()
        let texts = [addresses[0].url] + addresses.dropFirst().map { "\($0.kind)=\($0.url)" }
        context.result(
            "ready", Dictionary(uniqueKeysWithValues: addresses.map { ($0.kind, .text($0.url)) }),
            "ready \(texts.joined(separator: " "))")
        let status = await context.interrupts.next()
        await server.stop()
        return 128 + status
    }

    /// Runs `body` until it ends or a signal comes.
    ///
    /// - Throws: what `body` throws by itself.
    func work(_ body: @escaping @Sendable () async throws -> Void) async throws -> Int32 {
        let work = Task { try await body() }
        let signal = Task {
            let number = await context.interrupts.next()
            work.cancel()
            return number
        }
        let result = await work.result
        if work.isCancelled { return 128 + (await signal.value) }
        try result.get()
        return 0
    }
}
