import Cryptography
import Foundation
import MLS
import Marmot
import Nostr

/// Measures operations on groups of several sizes, then messages in a group of two. The times include writing
/// the state to disk.
struct Benchmark {
    private struct Member {
        let key: Secp256k1SecretKey
        let client: MarmotClient
        let offer: Event
    }

    let messages: Int
    let sizes: [Int]

    private let random = SystemRandom()
    private let relays: [RelayURL]
    private let directory: String

    init(messages: Int, sizes: [Int]) throws {
        (self.messages, self.sizes) = (messages, sizes)
        relays = [try RelayURL("ws://127.0.0.1:7000")]
        directory = NSTemporaryDirectory() + "pika-bench-\(getpid())"
    }

    func run() async throws -> Figures {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var figures = Figures()
        let owner = try client("owner", try Secp256k1SecretKey.random(from: random))
        var members: [Member] = []
        let start = ContinuousClock.now
        for number in 0..<(sizes.max() ?? 1) { members.append(try await member("m\(number)")) }
        figures.set(
            "key_package_ms", (ContinuousClock.now - start) / .milliseconds(1) / Double(members.count))
        var pair: (group: [UInt8], peer: MarmotClient)?
        for size in sizes {
            let group = try await measureGroup(of: size, owner, members, &figures)
            if size == sizes.min() { pair = (group, members[0].client) }
        }
        if let pair { try await measureMessages(pair.group, owner, pair.peer, &figures) }
        try await measureOperations(&figures)
        figures.set("rss_mb", Double(Self.residentKiB()) / 1024)
        return figures
    }

    private func client(_ name: String, _ key: Secp256k1SecretKey) throws -> MarmotClient {
        let path = "\(directory)/\(name)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return try MarmotClient(
            key: key, store: FileAccountStore(directory: path), random: random,
            now: { Int64(Date().timeIntervalSince1970) })
    }

    private func member(_ name: String) async throws -> Member {
        let key = try Secp256k1SecretKey.random(from: random)
        let client = try client(name, key)
        return Member(key: key, client: client, offer: try await client.makeKeyPackage(relays: relays)[0])
    }

    private func measureGroup(
        of size: Int, _ owner: MarmotClient, _ members: [Member], _ figures: inout Figures
    ) async throws -> [UInt8] {
        let now = Int64(Date().timeIntervalSince1970)
        let admin = owner.publicKey
        let (group, welcomes) = try await figures.time("create_group_\(size)_ms") {
            try await owner.createGroup(
                inviting: try members.prefix(size).map { try KeyPackageEvent($0.offer, now: now) }, name: "g",
                description: "", relays: relays, admins: [admin])
        }
        figures.set("welcome_\(size)_bytes", Double(welcomes[0].rumor.json.count))
        // Like MDK's figures, those for creating a group exclude the gift wraps, which are made one by one as
        // they are sent.
        let wrap = try await figures.time("wrap_\(size)_ms") { try owner.wrap(welcomes[0]) }
        _ = try await figures.time("join_\(size)_ms") { try await members[0].client.accept(wrap: wrap) }
        let commit = try await figures.time("commit_\(size)_ms") {
            let commit = try await owner.prepare(.updateKeys, in: group.id)
            _ = try await owner.confirm(commit.event.id, in: group.id)
            return commit
        }
        _ = try await figures.time("process_commit_\(size)_ms") {
            try await members[0].client.receive(commit.event)
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: directory + "/owner")
        let sizes = try files.map {
            (try FileManager.default.attributesOfItem(atPath: "\(directory)/owner/\($0)")[.size] as? Int) ?? 0
        }
        figures.set("store_\(size)_bytes", Double(sizes.max() ?? 0))
        return group.id
    }

    private func measureMessages(
        _ group: [UInt8], _ owner: MarmotClient, _ peer: MarmotClient, _ figures: inout Figures
    ) async throws {
        var events: [Event] = []
        try await figures.rate("encrypt_per_s", messages) { number in
            events.append(try await owner.encrypt("hello \(number)", in: group).event)
        }
        var read = 0
        try await figures.rate("decrypt_per_s", messages) { number in
            // Text from a relay is unverified, so check id and signature here as RelayState does.
            let event = try Event(json: events[number].json)
            if case .success(.message)? = try await peer.receive(event).first?.result { read += 1 }
        }
        guard read == messages else {
            throw MarmotError.notPossible("only \(read) of \(messages) messages were read")
        }
    }

    /// Measures the cryptographic operations behind a message and a commit, which no client can be faster
    /// than.
    private func measureOperations(_ figures: inout Figures) async throws {
        let count = 2000
        let key = try Secp256k1SecretKey.random(from: random)
        let digest = SHA256.hash([1])
        let signature = try SchnorrSignature.sign(digest, with: key, auxiliaryRandom: digest)
        let publicKey = key.publicKey
        try await figures.rate("schnorr_sign_per_s", count) { _ in
            _ = try SchnorrSignature.sign(digest, with: key, auxiliaryRandom: digest)
        }
        await figures.rate("schnorr_verify_per_s", count) { _ in
            _ = SchnorrSignature.isValid(signature, for: digest, publicKey: publicKey)
        }
        let seed = try random.secret(32)
        let ed25519 = try Ed25519Key(privateKey: seed)
        let made = try ed25519.signature(for: digest)
        let edPublic = ed25519.publicKey
        try await figures.rate("ed25519_sign_per_s", count) { _ in _ = try ed25519.signature(for: digest) }
        await figures.rate("ed25519_verify_per_s", count) { _ in
            _ = Ed25519Key.isValid(made, for: digest, publicKey: edPublic)
        }
        let receiver = try X25519Key(privateKey: try random.secret(32)).publicKey
        try await figures.rate("hpke_seal_per_s", count) { _ in
            _ = try LabeledHPKE.encrypt(digest, to: receiver, label: "bench", context: [], random: random)
        }
    }

    private static func residentKiB() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
