import Cryptography
import Foundation
import Marmot
import Nostr

/// Kills a client at random moments while it sends messages and updates its keys, and restarts it on the same
/// files each time. Its peer must be able to read everything that it published exactly once, after any number
/// of restarts.
struct CrashTest {
    private static let key = try? Secp256k1SecretKey(SecretBytes([UInt8](repeating: 5, count: 32)))
    static let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

    let rounds: Int

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    func run() async throws -> Figures {
        guard let key = Self.key else { throw Failure(description: "no key") }
        let directory = NSTemporaryDirectory() + "pika-crash-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let peer = try MarmotClient(
            key: try Secp256k1SecretKey.random(from: SystemRandom()), store: NoAccountStore(),
            random: SystemRandom(), now: Self.now)
        let relays = [try RelayURL("ws://127.0.0.1:1")]
        let talker = try Self.client(directory)
        let (group, welcomes) = try await talker.createGroup(
            inviting: [
                try KeyPackageEvent(try await peer.makeKeyPackage(relays: relays)[0], now: Self.now())
            ],
            name: "g", description: "", relays: relays, admins: [key.publicKey, peer.publicKey])
        _ = try await peer.accept(wrap: try talker.wrap(welcomes[0]))

        var (messages, epochs) = (0, 0)
        for round in 0..<rounds {
            for line in try await Self.runChild(["crash-talker", directory, Hex.encode(group.id)]) {
                let event = try Event(json: Array(line.utf8))
                for received in try await peer.receive(event) {
                    switch try received.result.get() {
                    case .message: messages += 1
                    case .epochChanged: epochs += 1
                    // The pending commit, resent after a restart.
                    case .duplicate: break
                    default: throw Failure(description: "round \(round): \(received.result)")
                    }
                }
            }
        }
        var figures = Figures()
        figures.set("kills", Double(rounds))
        figures.set("messages_read", Double(messages))
        figures.set("epochs", Double(epochs))
        return figures
    }

    /// Runs the client in a child process and kills it at a random moment.
    ///
    /// - Parameter isKilled: false to let it run to its end.
    /// - Returns: the complete lines that it wrote, each one a published event.
    static func runChild(_ arguments: [String], isKilled: Bool = true) async throws -> [Substring] {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // Measure the time from the first output, because starting up takes longer than the time until the
        // kill.
        var bytes = pipe.fileHandleForReading.availableData
        if isKilled {
            try await Task.sleep(for: .microseconds(Int.random(in: 0..<20_000)))
            kill(process.processIdentifier, SIGKILL)
        }
        bytes.append(pipe.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationReason == .uncaughtSignal || !isKilled && process.terminationStatus == 0
        else {
            throw Failure(
                description: "the client exited unexpectedly: \(String(decoding: bytes, as: UTF8.self))")
        }
        return String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).dropLast()
    }

    static func client(_ directory: String) throws -> MarmotClient {
        guard let key else { throw Failure(description: "no key") }
        return try MarmotClient(
            key: key, store: FileAccountStore(directory: directory), random: SystemRandom(), now: now)
    }

    static func publish(_ event: Event) {
        let line = event.json + [10]
        _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    /// The child process of `runChild`: sends messages until it is killed.
    static func talk(_ directory: String, _ group: String) async throws {
        guard let id = Hex.decode(group) else { throw Failure(description: "no group") }
        let client = try client(directory)
        // Do what a session does after a restart: resend the same event, then merge the commit.
        if let pending = await client.group(id)?.pendingCommit {
            publish(pending.event)
            _ = try await client.confirm(pending.event.id, in: id)
        }
        for number in 1... {
            publish(try await client.encrypt("\(number)", in: id).event)
            guard number % 7 == 0 else { continue }
            let pending = try await client.prepare(.updateKeys, in: id)
            publish(pending.event)
            _ = try await client.confirm(pending.event.id, in: id)
        }
    }
}
