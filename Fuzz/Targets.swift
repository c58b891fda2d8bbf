import AgentCore
import Cryptography
import Foundation
import MLS
import Marmot
import Mocks
import Nostr
import Providers
import Scripting

/// Every decoder that reads what others wrote.
enum Targets {
    static func all() throws -> [FuzzTarget] { try mls() + nostr() + texts() + liveGroup() }

    private static let random = SystemRandom()
    private static let now: Int64 = 1_800_000_000

    private static func mls() throws -> [FuzzTarget] {
        let bundle = try KeyPackageBundle.make(
            credential: .basic(identity: [1, 2, 3]), capabilities: Marmot.capabilities,
            lifetime: Marmot.lifetime(now: now),
            random: random)
        let group = try Group.create(
            groupID: [9], credential: .basic(identity: [4]), capabilities: Marmot.capabilities,
            lifetime: Marmot.lifetime(now: now),
            extensions: [], random: random)
        let commit = try group.commit(inline: [.add(bundle.keyPackage)], now: UInt64(now), random: random)
        let welcome = MLSMessage.welcome(commit.welcome ?? Welcome(secrets: [], encryptedGroupInfo: []))
            .encoded
        let data = try GroupData(
            nostrGroupID: [UInt8](repeating: 1, count: 32), name: "n", description: "d", admins: [],
            relays: [RelayURL("ws://a")])
        return [
            FuzzTarget(
                "mls-message",
                seeds: [commit.message.encoded, welcome, MLSMessage.keyPackage(bundle.keyPackage).encoded]
            ) { bytes in
                let message = try MLSMessage(decoding: bytes)
                guard message.encoded == bytes else {
                    fatalError("decoding and encoding changed an accepted message")
                }
            },
            FuzzTarget("ratchet-tree", seeds: [commit.group.tree.encoded]) { bytes in
                var tree = try RatchetTree(decoding: bytes)
                _ = tree.treeHash()
                _ = tree.members.map { tree.filteredDirectPath(of: $0.index) }
            },
            FuzzTarget("group-state", seeds: [commit.group.encoded]) { bytes in
                var group = try Group(decoding: bytes)
                _ = try group.protect([1], random: random)
            },
            FuzzTarget("group-data", seeds: [data.encoded]) { _ = try GroupData(decoding: $0) },
            FuzzTarget("state-file", seeds: [StateFile.encode(kind: "group", version: 1, [1, 2, 3])]) {
                _ = try StateFile.decode($0, kind: "group", newestVersion: 1, path: "x")
            },
        ]
    }

    private static func nostr() throws -> [FuzzTarget] {
        let key = try Secp256k1SecretKey(SecretBytes([UInt8](repeating: 1, count: 32)))
        let event = try Rumor(
            author: key.publicKey, createdAt: now, kind: .chatMessage, tags: [Tag("h", "aa")], content: "hi"
        )
        .signed(by: key, random: random)
        let json = String(decoding: event.json, as: UTF8.self)
        let conversation = try ConversationKey(of: key, with: key.publicKey)
        let payload = try EncryptedPayload.encrypt([1, 2, 3], with: conversation, random: random)
        func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
        func frames(_ role: WebSocketRole) throws -> [[UInt8]] {
            let encoder = FrameEncoder(role: role, random: random)
            return [
                try encoder.encode(Frame(.text, Array("hello".utf8))),
                try encoder.encode(.close(.normal, "bye")), try encoder.encode(Frame(.ping)),
            ]
        }
        return [
            FuzzTarget("event-json", seeds: [event.json]) { _ = try Event(json: $0) },
            FuzzTarget(
                "relay-message",
                seeds: bytes(
                    #"["EVENT","s",\#(json)]"#, #"["OK","\#(event.id.hex)",false,"no"]"#, #"["EOSE","s"]"#,
                    #"["CLOSED","s","x"]"#, #"["NOTICE","x"]"#)
            ) { bytes in
                _ = try EventJSON.decode(RelayMessage.self, from: bytes)
            },
            FuzzTarget(
                "client-message",
                seeds: bytes(
                    #"["EVENT",\#(json)]"#, ##"["REQ","s",{"kinds":[445],"#h":["aa"],"since":1,"limit":5}]"##,
                    #"["CLOSE","s"]"#)
            ) { bytes in
                _ = try EventJSON.decode(IncomingClientMessage.self, from: bytes)
            },
            FuzzTarget("frames-client", seeds: try frames(.server)) { bytes in
                var decoder = FrameDecoder(role: .client, maximumMessageBytes: 1000)
                decoder.append(bytes)
                while try decoder.next() != nil {}
            },
            FuzzTarget("frames-server", seeds: try frames(.client)) { bytes in
                var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1000)
                decoder.append(bytes)
                while try decoder.next() != nil {}
            },
            FuzzTarget("http-head", seeds: [Handshake.request(host: "h", path: "/", key: "k").encoded]) {
                bytes in
                if let (head, _) = try HTTPHead.parse(bytes) { _ = try Handshake.response(to: head) }
            },
            FuzzTarget("nip44", seeds: bytes(payload)) { bytes in
                _ = try EncryptedPayload.decrypt(String(decoding: bytes, as: UTF8.self), with: conversation)
            },
            FuzzTarget("keys", seeds: bytes(KeyText.npub(key.publicKey), key.publicKey.hex)) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                _ = Base64.decode(text)
                _ = try KeyText.publicKey(text)
            },
            FuzzTarget("relay-url", seeds: bytes("wss://relay.example/path?x=1", "ws://[::1]:7777")) {
                bytes in
                _ = try RelayURL(String(decoding: bytes, as: UTF8.self))
            },
        ]
    }

    private static func texts() -> [FuzzTarget] {
        let script = """
            env A=1 help="x"
            if $A == 1 and not ok http get http://127.0.0.1:1/
              say "q\\" $A" k=v # c
            else
              unless $A: defer expect reply matches /x/ within=5s
            end
            let t=\"\"\"
              two
            \"\"\"
            """
        let catalogue = CommandCatalogue(providers: ProviderCatalogue.all(http: NoHTTP()))
        return [
            FuzzTarget("pika-script", seeds: [Array(script.utf8)]) { bytes in
                let script = try Parser.parse(String(decoding: bytes, as: UTF8.self), name: "fuzz")
                _ = Checker.check(script.statements, catalogue: catalogue)
            },
            FuzzTarget(
                "spawner-json",
                seeds: [Array(#"{"id":"vm-1","ip":"10.0.0.2","status":"running","x":[1]}"#.utf8)]
            ) { bytes in
                _ = try JSONDecoder().decode(SpawnerVM.self, from: Data(bytes))
            },
            FuzzTarget("parameters", seeds: [Array("2h".utf8), Array("512mb".utf8), Array("/re/".utf8)]) {
                bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                _ = try? ParameterValue(
                    text, for: Parameter("a", .duration(unit: .seconds, seconds: 0...100), ""))
                _ = try? ParameterValue(text, for: Parameter("a", .megabytes(0...100), ""))
                _ = try? ParameterValue(text, for: Parameter("a", .url, ""))
            },
        ]
    }

    /// Forged messages and stored states of a group that really runs.
    private static func liveGroup() throws -> [FuzzTarget] {
        let keys = try (1...2).map { try Secp256k1SecretKey(SecretBytes([UInt8](repeating: $0, count: 32))) }
        let relay = try RelayURL("ws://127.0.0.1:1")
        var (alice, bob) = (Account(key: keys[0]), Account(key: keys[1]))
        let offer = try KeyPackageEvent(
            bob.makeKeyPackage(relays: [relay], now: now, random: random)[0], now: now)
        let created = try alice.createGroup(
            inviting: [offer], name: "g", description: "", relays: [relay], admins: [keys[0].publicKey],
            now: now, random: random)
        guard let joined = try bob.join(created.welcomes[0].rumor, now: now) else {
            fatalError("the group was not joined")
        }
        var sender = created.group.mls
        let plain = try sender.protect(Array("x".utf8), random: random).encoded
        var group = created.group
        try group.prepare(.updateKeys, by: keys[0].publicKey, now: now, random: random)
        let pending = group
        _ = try group.confirmCommit(pending.pendingCommit.map(\.event.id) ?? offer.event.id)
        let rumor = Rumor(author: keys[0].publicKey, createdAt: now, kind: .chatMessage, content: "x")
        let record = try group.encrypt(rumor, now: now, random: random).record
        return [
            FuzzTarget("live-group", seeds: [plain]) { bytes in
                var view = joined.mls
                _ = try view.process(MLSMessage(decoding: bytes), now: UInt64(now))
            },
            FuzzTarget("marmot-group-state", seeds: [pending.encoded, group.encoded]) { bytes in
                var group = try MarmotGroup(decoding: bytes)
                _ = try group.encrypt(rumor, now: now, random: random)
            },
            FuzzTarget("message-record", seeds: [record.encoded]) { _ = try MessageRecord(decoding: $0) },
        ]
    }

    /// Descriptions need a client; nothing here sends.
    private struct NoHTTP: HTTPClient {
        func send(_ request: HTTPRequest) async throws -> HTTPResponse { throw CancellationError() }
    }
}
