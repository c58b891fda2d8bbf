import Cryptography
import Marmot
import Messenger
import Nostr

/// What clients of the daemon, senders of files, and earlier runs hand to the messenger.
extension Targets {
    static func messenger() throws -> [FuzzTarget] {
        let key = try Secp256k1SecretKey.random(from: random)
        let rumor = Rumor(
            author: key.publicKey, createdAt: now, kind: .chatMessage, tags: [Tag("e", "x")], content: "hi")
        let picture: [UInt8] = [
            0xff, 0xd8, 0xff, 0xe1, 0, 10, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 0xff, 0xc0, 0, 11, 8, 0,
            4, 1, 0, 1,
            1, 0x11, 0, 0xff, 0xda, 0, 2, 0xff, 0xd9,
        ]
        let hash = String(repeating: "ab", count: 32)
        return [
            FuzzTarget(
                "daemon-request",
                seeds: bytes(
                    #"{"cmd":"send_message","request_id":"r","nostr_group_id":"aa","content":"x","reply_to":"m"}"#,
                    #"{"cmd":"get_messages","nostr_group_id":"aa","limit":5,"since":1}"#,
                    #"{"cmd":"send_media","nostr_group_id":"aa","file_path":"/x","blossom_servers":["https://b"]}"#
                )
            ) { bytes in
                let request = try DaemonRequest(bytes)
                _ = try DaemonRequest(Array(request.command.line(requestID: "r").utf8))
            },
            FuzzTarget(
                "call-signal",
                seeds: bytes(
                    #"{"v":1,"ns":"pika.call","type":"call.invite","call_id":"c"}"#,
                    #"{"rumor":{"content":"{\"v\":1,\"ns\":\"pika.call\"}"}}"#)
            ) { bytes in _ = CallSignal(String(decoding: bytes, as: UTF8.self)) },
            FuzzTarget(
                "media-tag",
                seeds: bytes(
                    "imeta\nurl https://b/x\nm image/png\nfilename a.png\ndim 1x2\nx \(hash)\nn \(hash.prefix(24))\nv mip04-v2"
                )
            ) { bytes in
                let fields = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
                for attachment in MediaAttachment.all(in: [Tag(fields: fields)]) { _ = attachment.tag }
            },
            FuzzTarget(
                "picture", seeds: [picture, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]]
            ) {
                bytes in
                for type in ["image/jpeg", "image/png", "image/gif", "image/webp"] {
                    if let type = MediaType(type) { _ = try? PictureData(bytes, type: type) }
                }
            },
            FuzzTarget(
                "stored-message", seeds: bytes(StoredMessage(rumor: rumor, state: .received).json)
            ) { bytes in _ = StoredMessage(json: bytes[...])?.json },
        ]
    }
}
