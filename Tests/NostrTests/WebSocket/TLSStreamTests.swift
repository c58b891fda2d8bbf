import Cryptography
import Foundation
import Mocks
import TestSupport
import Testing

@testable import Nostr

/// A TLS server by the openssl command, with a certificate of its own for "localhost".
private final class TLSServer: Sendable {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let directory = TemporaryDirectory()
    let port: UInt16
    private let spawned: Spawned
    var certificate: String { directory.file("cert.pem") }

    init(options: [String] = []) async throws {
        port = try Self.freePort()
        let certificate = directory.file("cert.pem")
        let made = try await Program.run(
            [
                "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                directory.file("key.pem"), "-out", certificate,
            ], environment: ["PATH": "/usr/bin:/bin"])
        #expect(made.status == 0, "\(made.error)")
        let output = try Spawned.pipe()
        spawned = try Spawned(
            [
                "/usr/bin/openssl", "s_server", "-accept", "\(port)", "-www", "-cert", certificate, "-key",
                directory.file("key.pem"),
            ]
                + options, environment: ["PATH": "/usr/bin:/bin"], descriptors: (nil, output.write, nil))
        close(output.write)
        // It says ACCEPT once it listens.
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        Spawned.follow(output.read) { bytes, isEnd in
            continuation.yield(bytes)
            if isEnd { continuation.finish() }
        }
        var text = ""
        for await bytes in stream {
            text += String(decoding: bytes, as: UTF8.self)
            if text.contains("ACCEPT") { break }
        }
    }

    deinit { spawned.signal(SIGKILL) }

    /// A port that was free a moment ago: openssl cannot tell which one it would choose itself.
    private static func freePort() throws -> UInt16 { try LoopbackServer().port }

    func connect(hostName: String, authorityFile: String?) async throws -> TLSStream {
        let tcp = try await SocketStream.connect(host: "127.0.0.1", port: port)
        return try await TLSStream(over: tcp, hostName: hostName, authorityFile: authorityFile)
    }
}

@Suite("TLSStream", .enabled(if: TLSServer.isAvailable, "no openssl command to be the server"), .serialized)
struct TLSStreamTests {
    @Test("talks to a server whose authority is trusted by option")
    func trusted() async throws {
        let server = try await TLSServer()
        let stream = try await server.connect(hostName: "localhost", authorityFile: server.certificate)
        try await stream.write(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        var text = ""
        while !text.contains("</pre>") && !text.contains("</BODY>") {
            let bytes = try await stream.read(maximum: 8192)
            if bytes.isEmpty { break }
            text += String(decoding: bytes, as: UTF8.self)
        }
        #expect(text.hasPrefix("HTTP/1.0 200") && text.contains("TLSv1.3"))
        await stream.close()
    }

    @Test("refuses an unknown authority, another host name, and an old protocol")
    func refused() async throws {
        let server = try await TLSServer()
        await #expect { try await server.connect(hostName: "localhost", authorityFile: nil) } throws: {
            error in
            guard case .untrusted(let why)? = error as? TLSFailure else { return false }
            return why.contains("self-signed")
        }
        await #expect {
            try await server.connect(hostName: "other.example", authorityFile: server.certificate)
        } throws: { error in
            guard case .untrusted(let why)? = error as? TLSFailure else { return false }
            return why.contains("hostname mismatch")
        }
        await #expect(throws: TLSFailure.unreadableAuthorityFile("/nowhere.pem")) {
            try await server.connect(hostName: "localhost", authorityFile: "/nowhere.pem")
        }
        let old = try await TLSServer(options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        await #expect {
            try await old.connect(hostName: "localhost", authorityFile: old.certificate)
        } throws: { error in
            guard case .protocolFailure? = error as? TLSFailure else { return false }
            return true
        }
    }

    @Test("a wss relay with an untrusted certificate is named as such")
    func relay() async throws {
        let server = try await TLSServer()
        let pool = RelayPool(
            [try RelayURL("wss://localhost:\(server.port)")], environment: RelayEnvironment()
        ) { _ in }
        await pool.start()
        let event = try Rumor(author: TestKeys.alice.publicKey, createdAt: 1, kind: .chatMessage, content: "")
            .signed(by: TestKeys.alice, random: SeededRandom("tls"))
        do {
            try await pool.publish(event, within: .seconds(4))
            Issue.record("published over an untrusted connection")
        } catch {
            #expect("\(error)".contains("certificate is not trusted: self-signed certificate"), "\(error)")
        }
        await pool.stop()
    }

    @Test("a server that talks no TLS is a failure, not a hang")
    func plain() async throws {
        let server = try LoopbackServer()
        await server.start { stream in
            _ = try? await stream.read(maximum: 10)
            try? await stream.write(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        }
        let tcp = try await SocketStream.connect(host: "127.0.0.1", port: server.port)
        await #expect(throws: TLSFailure.self) {
            try await TLSStream(over: tcp, hostName: "localhost", authorityFile: nil)
        }
        await server.stop()
    }
}
