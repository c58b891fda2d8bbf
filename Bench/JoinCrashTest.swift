import Cryptography
import Foundation
import Marmot
import Nostr

/// Kills a client at random moments while it joins groups, sends messages to them and updates its keys. Its
/// inviters must be able to read everything that it published exactly once. In its last run, which is not
/// killed, it must be in every group that it was invited to.
struct JoinCrashTest {
    let rounds: Int

    private struct Inviter {
        let client: MarmotClient
        let group: [UInt8]
        var read = Set<EventID>()
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    func run() async throws -> Figures {
        let directory = NSTemporaryDirectory() + "pika-join-crash-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let relays = [try RelayURL("ws://127.0.0.1:1")]
        let victim = try CrashTest.client(directory)
        let offer = try KeyPackageEvent(
            try await victim.makeKeyPackage(relays: relays)[0], now: CrashTest.now())
        var inviters: [String: Inviter] = [:]
        var wraps = ""
        var (messages, epochs) = (0, 0)
        for round in 0...rounds {
            let client = try MarmotClient(
                key: try Secp256k1SecretKey.random(from: SystemRandom()), store: NoAccountStore(),
                random: SystemRandom(), now: CrashTest.now)
            let (group, welcomes) = try await client.createGroup(
                inviting: [offer], name: "g\(round)", description: "", relays: relays,
                admins: [client.publicKey])
            inviters[group.nostrGroupIDHex] = Inviter(client: client, group: group.id)
            wraps += String(decoding: try client.wrap(welcomes[0]).json, as: UTF8.self) + "\n"
            // Old invitations are delivered again, as they are by a relay; the newest few of them suffice.
            try wraps.split(separator: "\n").suffix(12).joined(separator: "\n")
                .write(toFile: directory + "/wraps", atomically: true, encoding: .utf8)
            let isLast = round == rounds
            for line in try await CrashTest.runChild(
                ["crash-joiner", directory, isLast ? "once" : "forever"], isKilled: !isLast)
            {
                let event = try Event(json: Array(line.utf8))
                guard let name = event.tags.value("h"), var inviter = inviters[name] else {
                    throw Failure(description: "round \(round): an event that belongs to no group")
                }
                for received in try await inviter.client.receive(event) {
                    switch try received.result.get() {
                    case .message(let rumor, _):
                        guard inviter.read.insert(rumor.id).inserted else {
                            throw Failure(description: "round \(round): a message was read twice")
                        }
                        messages += 1
                    case .epochChanged: epochs += 1
                    case .duplicate: break
                    default: throw Failure(description: "round \(round): \(received.result)")
                    }
                }
                inviters[name] = inviter
            }
        }
        let last = inviters.values.filter { !$0.read.isEmpty }.count
        guard last >= min(rounds, 12) else {
            throw Failure(description: "messages arrived in only \(last) of the groups")
        }
        var figures = Figures()
        figures.set("join_kills", Double(rounds))
        figures.set("join_groups_heard", Double(last))
        figures.set("join_messages_read", Double(messages))
        figures.set("join_epochs", Double(epochs))
        return figures
    }

    /// The child process: joins groups, sends messages and updates keys until it is killed.
    ///
    /// - Parameter isLast: returns after one message in every group.
    static func join(_ directory: String, isLast: Bool) async throws {
        let client = try CrashTest.client(directory)
        let wraps = try String(contentsOfFile: directory + "/wraps", encoding: .utf8).split(separator: "\n")
        for wrap in wraps.reversed() { _ = try await client.accept(wrap: Event(json: Array(wrap.utf8))) }
        let groups = await client.groups.sorted { $0.nostrGroupIDHex < $1.nostrGroupIDHex }
        // Do what a session does after a restart: resend the same event, then merge the commit.
        for group in groups {
            guard let pending = group.pendingCommit else { continue }
            CrashTest.publish(pending.event)
            _ = try await client.confirm(pending.event.id, in: group.id)
        }
        for number in 1... {
            for group in groups.shuffled() {
                CrashTest.publish(try await client.encrypt("\(getpid()) \(number)", in: group.id).event)
                guard !isLast, Int.random(in: 0..<5) == 0 else { continue }
                let pending = try await client.prepare(.updateKeys, in: group.id)
                CrashTest.publish(pending.event)
                _ = try await client.confirm(pending.event.id, in: group.id)
            }
            if isLast { return }
        }
    }
}
