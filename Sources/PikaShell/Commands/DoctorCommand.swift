import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr
import Providers

/// `pikachat doctor`: checks everything a run needs; every failing line says what to do.
struct DoctorCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "doctor", summary: "checks relays, credentials, endpoints, state directory and libraries",
            details:
                "Publishes one short-lived test event of each kind that is needed, signed by one-time keys. Status 4 when something is wrong."
        )
    }

    /// One line of the report.
    private struct Finding: Sendable {
        enum Verdict: String, Sendable { case ok, note, bad }
        let subject: String
        let verdict: Verdict
        let text: String
        var advice: String?

        var line: String {
            let mark =
                switch verdict {
                case .ok: "ok  ";
                case .note: "note";
                case .bad: "BAD "
                }
            return "\(mark)  \(subject): \(text)" + (advice.map { "\n      → \($0)" } ?? "")
        }

        var json: String {
            EventValue.record([
                "subject": .text(subject), "verdict": .text(verdict.rawValue), "text": .text(text),
                "advice": advice.map(EventValue.text) ?? .none,
            ]).json
        }
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else { throw Failure(.usage, "doctor takes no words") }
        let configuration = context.configuration
        var findings = [libraries(), state(configuration)]
        findings += credentials(configuration.environment)
        async let relays = relays(configuration)
        async let endpoints = endpoints(configuration.environment)
        findings += await relays
        findings += await endpoints
        for finding in findings { context.output.line(configuration.isJSON ? finding.json : finding.line) }
        return findings.contains { $0.verdict == .bad } ? 4 : 0
    }

    private func libraries() -> Finding {
        Finding(subject: "libraries", verdict: .ok, text: "\(Main.version), \(LibraryVersions.openSSL)")
    }

    private func state(_ configuration: Configuration) -> Finding {
        do {
            let directory = try StateDirectory(path: configuration.stateDirectory)
            let key = try Identity.load(from: directory.file("identity.json"), random: SystemRandom())
            _ = try FileAccountStore(directory: directory.path).loadGroups()
            _ = try ResourceLedger(path: directory.file("ledger.ndjson")) { 0 }
            return Finding(
                subject: "state", verdict: .ok,
                text: "\(directory.path), identity \(KeyText.npub(key.publicKey))")
        } catch {
            return Finding(
                subject: "state", verdict: .bad, text: "\(error)",
                advice: "choose another directory with --state-dir, or mend this one")
        }
    }

    /// Present or not; never shown.
    private func credentials(_ environment: [String: String]) -> [Finding] {
        [
            ("FLY_API_TOKEN", "needed for --provider fly"),
            ("ANTHROPIC_API_KEY", "needed by agents whose brain is pi"),
            ("PIKA_WORKERS_API_TOKEN", "only where the worker wants one"),
        ].map { name, use in
            (environment[name] ?? "").allSatisfy(\.isWhitespace)
                ? Finding(subject: name, verdict: .note, text: "not set", advice: use)
                : Finding(subject: name, verdict: .ok, text: "set")
        }
    }

    private func relays(_ configuration: Configuration) async -> [Finding] {
        await withTaskGroup(of: [Finding].self) { group in
            for url in configuration.relays {
                group.addTask { await relay(url, configuration.authorityFile) }
            }
            var findings: [Finding] = []
            for await part in group { findings += part }
            return findings.sorted { $0.subject < $1.subject }
        }
    }

    private func relay(_ url: RelayURL, _ authorityFile: String?) async -> [Finding] {
        let pool = RelayPool([url], environment: RelayEnvironment(authorityFile: authorityFile)) { _ in }
        await pool.start()
        var findings: [Finding] = []
        for kind in [EventKind.groupEvent, .giftWrap, .keyPackage, .keyPackageLegacy] {
            do {
                try await pool.publish(try testEvent(kind), within: .seconds(8))
            } catch {
                findings.append(
                    Finding(
                        subject: url.text, verdict: .bad, text: "kind \(kind): \(error)",
                        advice:
                            "use another relay with --relay, or ask its operator for the right to publish kind \(kind)"
                    ))
                // A relay that is not there is not there for the other kinds either.
                if await !pool.troubles().isEmpty { break }
            }
        }
        await pool.stop(grace: .zero)
        return findings.isEmpty
            ? [Finding(subject: url.text, verdict: .ok, text: "connected; takes kinds 445, 1059, 30443, 443")]
            : findings
    }

    /// An event for nobody that the relay may forget in a minute (NIP-40).
    private func testEvent(_ kind: EventKind) throws -> Event {
        let random = SystemRandom()
        let key = try Secp256k1SecretKey.random(from: random)
        let now = Int64(Date().timeIntervalSince1970)
        let nobody = Hex.encode(try random.bytes(32))
        return try Rumor(
            author: key.publicKey, createdAt: now, kind: kind,
            tags: [
                Tag("expiration", "\(now + 60)"), Tag("h", nobody), Tag("p", key.publicKey.hex),
                Tag("d", nobody),
            ], content: ""
        ).signed(by: key, random: random)
    }

    private func endpoints(_ environment: [String: String]) async -> [Finding] {
        let http = FoundationHTTPClient()
        func address(_ variable: String, _ fallback: String) -> String {
            let value = environment[variable] ?? ""
            return value.allSatisfy(\.isWhitespace) ? fallback : value
        }
        let microVM = address("PIKA_MICROVM_SPAWNER_URL", "http://127.0.0.1:8080")
        let workers = address("PIKA_WORKERS_BASE_URL", "http://127.0.0.1:8787")
        var findings = [
            await endpoint(
                "vm-spawner", microVM + "/healthz", http,
                advice:
                    "start it, or open a tunnel: just agent-microvm-tunnel (address: PIKA_MICROVM_SPAWNER_URL)"
            ),
            await endpoint(
                "workers", workers + "/health", http, advice: "start it (address: PIKA_WORKERS_BASE_URL)"),
        ]
        let token = (environment["FLY_API_TOKEN"] ?? "").filter { !$0.isWhitespace }
        if !token.isEmpty {
            let url =
                address("PIKA_FLY_API_BASE_URL", "https://api.machines.dev") + "/v1/apps/"
                + address("FLY_BOT_APP_NAME", "pika-bot") + "/machines"
            findings.append(
                await endpoint(
                    "fly", url, http, headers: [("Authorization", "Bearer \(token)")],
                    advice: "check FLY_API_TOKEN and FLY_BOT_APP_NAME"))
        }
        return findings
    }

    /// An endpoint that is not there is worth a note: most people use one provider.
    private func endpoint(
        _ subject: String, _ url: String, _ http: any HTTPClient,
        headers: [(name: String, value: String)] = [], advice: String
    ) async -> Finding {
        let request = HTTPRequest(
            "GET", url, headers: headers, timeout: .seconds(5), purpose: "reach \(subject)")
        do {
            let response = try await http.send(request)
            guard response.isSuccess else { throw HTTPFailure(request, status: response) }
            return Finding(subject: subject, verdict: .ok, text: "\(url) answers")
        } catch {
            let cause = (error as? HTTPFailure)?.cause ?? "\(error)"
            return Finding(subject: subject, verdict: .note, text: "\(url): \(cause)", advice: advice)
        }
    }
}
