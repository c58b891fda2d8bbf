import Foundation
import Mocks
import TestSupport
import Testing

/// A TLS server by the openssl command: answers every GET with a page, with a certificate of its own.
final class TLSServer: Sendable {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let directory = TemporaryDirectory()
    let port: UInt16
    private let spawned: Spawned
    var certificate: String { directory.file("cert.pem") }

    /// - Parameters:
    ///   - name: of the certificate, as OpenSSL writes it.
    ///   - isExpired: the certificate lasted for one day of the year 2020.
    init(name: String = "DNS:localhost", isExpired: Bool = false) async throws {
        port = try LoopbackServer().port
        let certificate = directory.file("cert.pem")
        try await Self.openssl([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=test", "-addext", "subjectAltName=\(name)", "-keyout", directory.file("key.pem"), "-out",
            directory.file("request.pem"),
        ])
        // Only "ca" takes a date in the past.
        let settings = """
            [ca]
            default_ca = own
            [own]
            database = \(directory.file("index"))
            new_certs_dir = \(directory.path)
            rand_serial = yes
            default_md = sha256
            policy = any
            copy_extensions = copy
            [any]
            commonName = supplied
            """
        try Data(settings.utf8).write(to: URL(fileURLWithPath: directory.file("ca.cnf")))
        try Data().write(to: URL(fileURLWithPath: directory.file("index")))
        try await Self.openssl(
            [
                "ca", "-batch", "-notext", "-selfsign", "-config", directory.file("ca.cnf"), "-keyfile",
                directory.file("key.pem"), "-in", directory.file("request.pem"), "-out", certificate,
            ]
                + (isExpired
                    ? ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"] : ["-days", "2"]))
        let output = try Spawned.pipe()
        spawned = try Spawned(
            [
                "/usr/bin/openssl", "s_server", "-accept", "\(port)", "-www", "-cert", certificate, "-key",
                directory.file("key.pem"),
            ], environment: ["PATH": "/usr/bin:/bin"], descriptors: (nil, output.write, nil))
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

    private static func openssl(_ arguments: [String]) async throws {
        let made = try await Program.run(
            ["/usr/bin/openssl"] + arguments, environment: ["PATH": "/usr/bin:/bin"])
        #expect(made.status == 0, "\(made.error)")
    }
}
