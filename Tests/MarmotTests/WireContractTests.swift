import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

/// Bytes that MDK wrote, from contracts/marmot.md section 10.
@Suite("Wire contract — bytes of MDK")
struct WireContractTests {
    private func bytes(_ hex: String) throws -> [UInt8] {
        try #require(Hex.decode(hex.filter { !$0.isWhitespace }))
    }

    @Test("reads a key package of MDK 0.8.0 and finds its reference")
    func keyPackage() throws {
        let bytes = try bytes(
            """
            0001 0001
            20 721d45c83bec9d336df7bb25d7360c15d9dbfdf8262f55bd2fe372532dc9a26c
            20 3ba2213aa6ff524ade3af03627bdfd6406d3634874ebbee89367e6b8c7098d7d
            20 b7f2a4929a5262bb5cea733638ff24ecdc24a8f2576ffe0931427598a04a788c
            0001 20 915312696e11645c3fa8e7cc7c6337bba1785090937fab3cc4dfeb3522d51fb8
            02 0001   04 0001 caca   06 000a f2ee caca   04 000a 2a2a   04 0001 5a5a
            01 000000006b02c756 000000006b719366
            00
            4040 9d0794e9f9d9949eea29cee0813db45ada94dbad274f2eab718af9db4a06163fc25690abcf97e1af8f4a0abf448855bdf1811285f478dee0d0cad8d0e45d8004
            03 000a 00
            4040 2b504a33bbed7b1e0476bb2eb5b1d3fcfac010fa90b369abcf2fc17de2e3e27ed2b05f344dfe6956f24daa21fc7e6ec4a5e75a6db804073abfaa9f1d989f270d
            """)
        #expect(bytes.count == 317)
        let package = try KeyPackage(decoding: bytes)
        #expect(package.encoded == bytes)
        #expect(
            Hex.encode(package.reference)
                == "a670f3214e04bf166b9cef83eb883c3e741df6ea5328e697d1886b4332e4755e")
        try package.validate(groupExtensions: [], now: 0x6b02_c756 + 10)
        #expect(package.leafNode.capabilities.supports(.marmotGroupData))
    }

    static let groupData =
        """
        0002 2c739cfd0fd789c21b61bdb68215d5daa4f2e09b8df5dc3c48b318bac45dd02e
        0a 4167656e742043686174   04 64657363
        4040 d807680ac06256a4bbc8eb4e1b50e65d86ed554981efd61cf55928a986c34001 ebdb05bad7fe96eeabec74b597d8ea4d0444e54cbe43fe89c1ed081015cfa8d1
        4043 13 77733a2f2f3132372e302e302e313a37303030 15 7773733a2f2f622e6578616d706c652e636f6d2f78 18 7773733a2f2f72656c61792e6578616d706c652e636f6d2f
        00 00 00 00
        """

    @Test("reads and writes group data of MDK 0.8.0")
    func groupData() throws {
        let bytes = try bytes(Self.groupData)
        let data = try GroupData(decoding: bytes)
        #expect(data.name == "Agent Chat" && data.description == "desc" && data.admins.count == 2)
        #expect(data.relays == ["ws://127.0.0.1:7000", "wss://b.example.com/x", "wss://relay.example.com/"])
        #expect(data.encoded == bytes)
        let again = try GroupData(
            nostrGroupID: data.nostrGroupID, name: data.name, description: data.description,
            admins: data.admins.reversed(),
            relays: data.relays.reversed().map { try RelayURL($0) })
        #expect(again.encoded == bytes, "lists are written sorted")
    }

    @Test("refuses group data with a missing field, trailing bytes or version 0")
    func badGroupData() throws {
        let bytes = try bytes(Self.groupData)
        #expect(throws: TLSDecodingError.self) { try GroupData(decoding: bytes.dropLast()) }
        #expect(throws: TLSDecodingError.self) { try GroupData(decoding: bytes + [0]) }
        #expect(throws: TLSDecodingError.self) { try GroupData(decoding: [0, 0] + bytes.dropFirst(2)) }
    }

    @Test("opens a SelfRemove of MDK 0.8.0, checks its tag and signature, and names the proposal")
    func selfRemove() throws {
        let exporter = SecretBytes(
            try bytes("b50e6f871ad8317ce90c70a2395ca65e0e3a2185da5528b6671ab37628a393cc"))
        let secrets = try EpochSecrets(
            epochSecret: SecretBytes(
                try bytes("ab4886cb195584fdf86e8c501eb0ce64d949fbdec069b08b1f5fb6b979ee4e01")))
        #expect(secrets.exporter == exporter)
        let key = try secrets.export(label: "marmot", context: Array("group-event".utf8), length: 32)
        #expect(
            Hex.encode(key.exposed()) == "88398a1b8f67c0da348bb300a6281b06d9488e78b303f4c447b5aacdbabf57d8")
        let content = try #require(
            Base64.decode(
                "sfKMPiyDjTi39q7z9vjahN5tncpfgv8vdBzSHA1VYFxUx7KnputKp2pmfxrIsklE0TCXLh5EkIPoWw4YcXV8JGkr50ZQ2mv9fsBZrUF6WWz5BHNM8HL/FNI6pycBmhDpyu73yMPrWTysfjyw9wgeBMwks2gch3Q8vE06vHQFgcmzI9bjbrVYNrSZG/xIntzKi9YyH35YC4GL8KEt+5I5t3enoyhD"
            ))
        let plain = try ChaCha20Poly1305.open(
            Array(content.dropFirst(12)), key: key, nonce: Array(content.prefix(12)))
        #expect(plain.count == 137)
        guard case .publicMessage(let message) = try MLSMessage(decoding: plain) else {
            Issue.record("not a PublicMessage")
            return
        }
        let context = try GroupContext(
            decoding: bytes(
                "00010001100c852f941497116eaaa037058bdd42fc000000000000000220f85db27d1cfe817213283bf7ed25dcc570433d1a188e8088ba5d368f865a1008202d74898d3f255675b1c2d3f7276c8203aca9d32bc1483dc106353af9e91fc20b406df2ee405f0002ff37e03fda8bd8a461623fc65132126664b6c02b8a2b2c7eec7225c3e1cc8186016e0020cb0ee7f4fd9f567e75a4cbea8047b9abee105b068d5e24f4f80363130d0787b8141377733a2f2f3132372e302e302e313a373030300000000000030702f2ee02000a00"
            ))
        let authenticated = try message.unprotected(membershipKey: secrets.membershipKey, context: context)
        #expect(authenticated.content.content == .proposal(.selfRemove))
        #expect(
            authenticated.hasValidSignature(
                context: context,
                publicKey: try bytes("5e8ee0712b1ebc406e65194c15131c5eeeecec44192d29ad5ea4fca703163e61")))
        #expect(
            Hex.encode(authenticated.proposalReference)
                == "30d9f95277be8894384940cb6a0c54db3de1c6c5539979f889c02e5579acdcfe")
        let data = try GroupData(from: context.extensions)
        #expect(data.relays == ["ws://127.0.0.1:7000"])
    }

    @Test("opens a kind 445 of MDK 0.6.0")
    func nip44Dialect() throws {
        let secret = SecretBytes(
            try bytes("13625b043540acc553ba7b1c7c75c927f5fe2eec6b8b1856dc1417cc9bf8e2a9"))
        let secrets = try EpochSecrets(
            epochSecret: SecretBytes(
                try bytes("a7dbf1ac6fd473d0aa74cbd21c3656328a54808ba827377cb5c3630581392f79")))
        #expect(try secrets.export(label: "nostr", context: Array("nostr".utf8), length: 32) == secret)
        let key = try Secp256k1SecretKey(secret)
        #expect(key.publicKey.hex == "625607cbfad42386590327366f31ccfd9849426d8b0f80117143d12f4a1bd2c2")
        let conversation = try ConversationKey(of: key, with: key.publicKey)
        #expect(
            Hex.encode(conversation.secret.exposed())
                == "e3744ab4717dcd6e278c5e18c9dfcfec8009cedc7498367014e3a3c1885d3ef1")
        let plain = try EncryptedPayload.decrypt(
            "AuDC5nrXYzGDwXbcR5FOxghNMnYeSsX8+4VJ7Y3THXStn7nbjoEsVDBEgr1JTWrDMKayQP9YcQgdKMLzM+U01YAZPdOP2HPFwN3SQIwRaFWA0NvgXFhgzNRJfpSutSGljfhRb7Ih5n1h47Vcdsz5XqjDy2sbINXEat0WmPtRaKqFEladAlKBhEHyWZVGH7Xmb7rYf/HUcMmYCpsDUEGQBvHd0YDIfZUtFLNl/acKrNN2ckE+07wm+Ey6U68WBxm+jeN/R+npO9oUwvh2fAgQBBoctAy+cD4wXpuCcHeuK5DDErw=",
            with: conversation)
        #expect(plain.count == 150)
        guard case .privateMessage(let message) = try MLSMessage(decoding: plain) else {
            Issue.record("not a PrivateMessage")
            return
        }
        #expect(Hex.encode(message.groupID) == "9afdb9b6b9ae79ecae4b1974dae0f75a" && message.epoch == 2)
        let sender = try message.senderData(senderDataSecret: secrets.senderData)
        #expect(sender.leaf == LeafIndex(2) && sender.generation == 0)
        var tree = SecretTree(encryptionSecret: secrets.encryption, leafCount: 4)
        let opened = try message.unprotected(
            sender: sender, key: tree.key(of: sender.leaf, .handshake, generation: sender.generation))
        #expect(opened.content.content == .proposal(.remove(LeafIndex(2))))
        #expect(
            Hex.encode(opened.proposalReference)
                == "710de60541693dac3f050fecac32c7ba779e0b7821fbfef59edb9d316de25fbe")
    }

    /// Version 1 keeps a key where version 2 keeps a seed.
    @Test("a change of the name leaves group data in its version")
    func groupDataVersion() throws {
        var bytes = try GroupData(
            nostrGroupID: [UInt8](repeating: 1, count: 32), name: "a", description: "", admins: [],
            relays: [RelayURL("ws://127.0.0.1:1")]
        ).encoded
        #expect(Array(bytes.prefix(2)) == [0, 2])
        bytes[1] = 1
        var data = try GroupData(decoding: bytes)
        data.name = "b"
        #expect(Array(data.encoded.prefix(2)) == [0, 1])
    }
}
