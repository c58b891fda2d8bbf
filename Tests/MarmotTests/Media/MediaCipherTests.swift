import Cryptography
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("files of groups (MIP-04)")
struct MediaCipherTests {
    private let plaintext = Array("hello media\n".utf8)
    private let secret = SecretBytes([UInt8](repeating: 0x11, count: 32))
    private let nonce = [UInt8](repeating: 0x24, count: 12)

    private func attachment(_ filename: String = "note.txt") throws -> MediaAttachment {
        MediaAttachment(
            url: "https://b.example/x", type: try #require(MediaType("text/plain")), filename: filename,
            hash: SHA256.hash(plaintext), nonce: nonce)
    }

    @Test(
        "the contract's vector, in both ways of deriving",
        arguments: [
            (
                MediaCipher.Derivation.expand,
                "3d21358d9cc20b56d98a6085c2c43792002a0aba64329a00e2ece0e9b6996e6c",
                "802cc0d9872a78fe83cd61c79f32a59bb8334a7d6ac0665f3f3e8e1d"
            ),
            (
                .extract, "124ff15871126cb3c5851a03cea98f32ef2353277d936df1b27cb44d5ef78ff6",
                "4a7b7e95ea4b90f2f1856f0e2a533fa0d8ed6e6d93f3414ce5120f68"
            ),
        ])
    func vector(derivation: MediaCipher.Derivation, expected: String, blob: String) throws {
        let file = try attachment()
        #expect(Hex.encode(file.hash) == "7b23ba8a9008b1e2fc492f70df3019d992c70c2e8cbfaa97ad00e6b4c860fb79")
        let context = MediaCipher.context(hash: file.hash, type: file.type, filename: file.filename)
        #expect(
            Hex.encode(context)
                == "6d697030342d7632007b23ba8a9008b1e2fc492f70df3019d992c70c2e8cbfaa97ad00e6b4c860fb7900746578742f706c61696e006e6f74652e747874"
        )
        let key = try MediaCipher.key(secret, derivation, context: context)
        #expect(Hex.encode(key.exposed()) == expected)
        let sealed = try ChaCha20Poly1305.seal(plaintext, key: key, nonce: nonce, authenticating: context)
        #expect(Hex.encode(sealed) == blob)
        let wrong = SecretBytes([UInt8](repeating: 1, count: 32))
        #expect(MediaCipher.open(sealed, as: file, with: [wrong, key]) == plaintext)
        #expect(MediaCipher.open(sealed, as: file, with: [wrong]) == nil)
        #expect(MediaCipher.open(sealed, as: try attachment("other.txt"), with: [key]) == nil)
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(MediaCipher.open(damaged, as: file, with: [key]) == nil)
        }
        #expect(MediaCipher.open([], as: file, with: [key]) == nil)
    }

    @Test("an attachment reads as it was written")
    func tag() throws {
        let file = MediaAttachment(
            url: "https://b.example/a b", type: try #require(MediaType("image/png")), filename: "a b.png",
            hash: SHA256.hash(plaintext), nonce: nonce, size: (3, 4))
        #expect(
            file.tag.fields == [
                "imeta", "url https://b.example/a b", "m image/png", "filename a b.png", "dim 3x4",
                "x \(Hex.encode(file.hash))", "n \(Hex.encode(nonce))", "v mip04-v2",
            ])
        #expect(MediaAttachment.all(in: [Tag("e", "x"), file.tag]) == [file])
        // Any order, upper case, unknown members, the later of two.
        let fields =
            ["imeta", "v mip04-v2", "blurhash L x", "dim 3x"] + file.tag.fields[1...3]
            + [
                "url https://late.example", "x \(Hex.encode(file.hash).uppercased())",
                "n \(Hex.encode(nonce))",
            ]
        let read = try #require(MediaAttachment.all(in: [Tag(fields: fields)]).first)
        #expect(read.url == "https://late.example" && read.hash == file.hash && read.size == nil)
    }

    @Test(
        "what MDK would not take is no attachment",
        arguments: [
            ("v mip04-v2", "v mip04-v1"), ("m image/png", "m image/svg+xml"),
            ("filename a.png", "filename a/b.png"),
            ("filename a.png", "filename "), ("filename a.png", "filename a\u{1b}.png"),
            ("n 242424242424242424242424", "n 24"), ("url https://b.example", "link https://b.example"),
            ("x 7b23ba8a9008b1e2fc492f70df3019d992c70c2e8cbfaa97ad00e6b4c860fb79", "x zz"),
        ])
    func refused(part: String, other: String) {
        let fields = [
            "imeta", "url https://b.example", "m image/png", "filename a.png",
            "x 7b23ba8a9008b1e2fc492f70df3019d992c70c2e8cbfaa97ad00e6b4c860fb79",
            "n 242424242424242424242424", "v mip04-v2",
        ]
        #expect(MediaAttachment.all(in: [Tag(fields: fields)]).count == 1)
        #expect(fields.contains(part))
        #expect(MediaAttachment.all(in: [Tag(fields: fields.map { $0 == part ? other : $0 })]).isEmpty)
    }

    @Test(
        "types: MDK's list, without parameters, in any case",
        arguments: [
            (" Image/PNG ; q=1", "image/png"), ("text/plain", "text/plain"), ("image/jpg", nil), ("", nil),
            ("image/heic", nil), ("application/zip", nil),
        ] as [(String, String?)])
    func types(text: String, expected: String?) { #expect(MediaType(text)?.text == expected) }

    @Test(
        "types by the name of a file",
        arguments: [
            ("a.JPG", "image/jpeg"), ("b.tar.md", "text/plain"), ("c", "application/octet-stream"),
            ("png", "application/octet-stream"), (".png", "image/png"),
            ("d.heic", "application/octet-stream"),
        ])
    func endings(name: String, expected: String) { #expect(MediaType(filename: name).text == expected) }

    @Test("a file is sealed as the newest clients of its group expect it")
    func sealing() async throws {
        let client = try MarmotClient(
            key: TestKeys.alice, store: NoAccountStore(), random: SystemRandom(), now: { 1_800_000_000 })
        let (group, _) = try await client.createGroup(
            inviting: [], name: "g", description: "", relays: [RelayURL("wss://r.example")],
            admins: [client.publicKey])
        let type = try #require(MediaType("text/plain"))
        let sealed = try await client.seal(plaintext, type: type, filename: "note.txt", for: group.id)
        let file = MediaAttachment(
            url: "https://b.example/x", type: type, filename: "note.txt", hash: sealed.hash,
            nonce: sealed.nonce)
        let keys = try await client.mediaKeys(of: file, in: group.id)
        // MDK 0.7.1 and later expand only, and theirs comes first.
        #expect(keys.first == sealed.key && keys.count == 3)
        #expect(MediaCipher.open(sealed.blob, as: file, with: keys) == plaintext)
        #expect(sealed.epoch == group.mls.epoch)
    }
}
