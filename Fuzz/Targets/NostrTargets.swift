import Cryptography
import Mocks
import Nostr

/// Events, relay messages, keys and encrypted payloads (NIPs 01, 19, 44, 59).
extension Targets {
    static func events() throws -> [FuzzTarget] {
        let key = try Secp256k1SecretKey(SecretBytes([UInt8](repeating: 1, count: 32)))
        let rumor = Rumor(
            author: key.publicKey, createdAt: now, kind: .chatMessage, tags: [Tag("h", "aa")], content: "hi")
        let event = try rumor.signed(by: key, random: random)
        let json = String(decoding: event.json, as: UTF8.self)
        let conversation = try ConversationKey(of: key, with: key.publicKey)
        let payload = try EncryptedPayload.encrypt([1, 2, 3], with: conversation, random: random)
        let events = try (0..<64).map { number in
            try Rumor(
                author: key.publicKey, createdAt: Int64(number / 3), kind: .chatMessage, tags: [],
                content: "\(number)"
            ).signed(by: key, random: random)
        }
        return [
            // A relay that answers as the bytes say: each is the number of an event, and zero ends a page.
            FuzzTarget("history-walk", seeds: [[1, 2, 3, 0, 3, 4, 0, 0], [9, 9, 0, 9, 0, 9, 0]]) { bytes in
                var mark = SyncMark(readAt: 20, searchedAt: 0)
                for event in events.prefix(30) { mark.add(event.id, now: 20) }
                for known in [nil, mark] {
                    var walk = HistoryWalk(since: 1, mark: known)
                    var until: Int64?
                    for (number, page) in bytes.split(separator: 0, omittingEmptySubsequences: false)
                        .enumerated()
                    {
                        let step = walk.received(
                            page.map { events[Int($0) % 64] }, until: until,
                            limit: HistoryWalk.limit(ofPage: number), isOwn: number > 0)
                        guard case .ask(let next, _) = step else { break }
                        until = next
                    }
                    precondition(Set(walk.events.map(\.id)).count == walk.events.count)
                }
            },
            FuzzTarget("event-json", seeds: [event.json]) { _ = try Event(json: $0) },
            FuzzTarget("rumor-json", seeds: [rumor.json]) { _ = try Rumor(json: $0) },
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
            FuzzTarget(
                "relay-request",
                seeds: bytes(
                    #"["EVENT",\#(json)]"#, #"["AUTH",\#(json)]"#,
                    ##"["REQ","s",{"kinds":[445],"#h":["aa"],"since":1,"limit":5,"x":[-1.5e3,null]}]"##,
                    #"["COUNT","\u00e9\ud83d\ude00",{"authors":["\#(key.publicKey.hex)"]}]"#)
            ) { bytes in
                guard case .event(let unverified) = RelayRequest(json: bytes),
                    let event = try? unverified.verified()
                else { return }
                if try Event(json: event.json) != event { fatalError("an event does not round-trip") }
            },
            FuzzTarget("nip44", seeds: bytes(payload)) { bytes in
                _ = try EncryptedPayload.decrypt(String(decoding: bytes, as: UTF8.self), with: conversation)
            },
            FuzzTarget("keys", seeds: bytes(KeyText.npub(key.publicKey), key.publicKey.hex)) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                _ = try KeyText.publicKey(text)
            },
            FuzzTarget("base64-hex", seeds: bytes("YWJj", "YWI=", "00ffAB")) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                if let decoded = Base64.decode(text), Base64.decode(Base64.encode(decoded)) != decoded {
                    fatalError("base64 does not round-trip")
                }
                if let decoded = Hex.decode(text), Hex.encode(decoded) != text.lowercased() {
                    fatalError("hexadecimal does not round-trip")
                }
            },
            FuzzTarget("relay-url", seeds: bytes("wss://relay.example/path?x=1", "ws://[::1]:7777")) {
                bytes in
                _ = try RelayURL(String(decoding: bytes, as: UTF8.self))
            },
        ]
    }
}
