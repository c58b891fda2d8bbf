import AgentCore
import Cryptography
import Foundation
import Marmot
import Messenger
import Nostr
import Vocabulary

/// `pikachat download-media MESSAGE`: the file that came with a message.
struct DownloadMediaCommand: Subcommand {
    private static let output = "--output"
    private static let force = "--force"

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "download-media", summary: "fetches and decrypts the file of a message",
            usage: "MESSAGE_ID [options]")
        spec.options = [
            OptionSpec(
                Self.output, placeholder: "PATH",
                help: "where to put it [default: the sender's name for it, in the current directory]"),
            OptionSpec(Self.force, help: "overwrites a file that is there"),
            MessengerSubcommand.shared[1],
        ]
        spec.details = """
            Only https addresses outside of private networks are asked, for at most 33 MiB and a minute. What comes is checked
            against what the message says.
            """
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.count == 1 else {
            throw Failure(.usage, "download-media takes the id of one message: `messages` lists them")
        }
        guard let id = EventID(hex: arguments.positionals[0]) else {
            throw Failure(
                .usage, "\(arguments.positionals[0].cut(to: 80)) is no message id: 64 hexadecimal digits")
        }
        let quiet = context.forProtocol()
        return await quiet.reporting {
            let host = try await MessengerHost(quiet)
            let (group, stored) = try await host.messenger.media(of: id)
            guard let attachment = stored.attachments.first else {
                throw Failure(.usage, "message has no media attachments")
            }
            let path = try Self.target(
                arguments.value(Self.output), attachment, force: arguments.has(Self.force))
            let bytes = try await host.messenger.download(
                attachment, in: group, keys: stored.mediaKeys.first ?? [])
            try Self.write(bytes, to: path, force: arguments.has(Self.force))
            let fields: EventValue = .record([
                "message_id": .text(id.hex), "original_hash_hex": .text(Hex.encode(attachment.hash)),
                "mime_type": .text(attachment.type.text), "filename": .text(attachment.filename),
                "url": .text(attachment.url), "output_path": .text(path), "bytes": .number(bytes.count),
            ])
            quiet.print(fields, arguments) { ["\($0["output_path"])  \($0["bytes"]) bytes"] }
            return 0
        }
    }

    /// Whole or not at all, and nothing else is touched: the directory is not ours alone.
    private static func write(_ bytes: [UInt8], to path: String, force: Bool) throws {
        let temporary = "\(path).\(Hex.encode(try SystemRandom().bytes(8))).part"
        defer { unlink(temporary) }
        try AtomicFile.write(bytes, to: temporary, durability: .none)
        if force {
            guard rename(temporary, path) == 0 else {
                throw FileError(path, "cannot write the file: \(String(cString: strerror(errno)))")
            }
        } else if link(temporary, path) != 0 {
            throw Failure(.usage, "\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// - Throws: `Failure` (usage) for a file that is there.
    private static func target(_ given: String?, _ attachment: MediaAttachment, force: Bool) throws -> String
    {
        // A stranger has named it: no hidden file, and nothing outside of this directory.
        let safe = String(attachment.filename.drop { $0 == "." || $0 == "-" || $0 == " " })
        let path = given ?? (safe.isEmpty ? "download.bin" : safe)
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if let end = path.lastIndex(of: "/"), end != path.startIndex {
                try FileManager.default.createDirectory(
                    atPath: String(path[..<end]), withIntermediateDirectories: true)
            }
            return path
        }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure(.usage, "\(path) is a directory") }
        guard force else {
            throw Failure(
                .usage, "\(path) is there already",
                hints: ["\(Self.force) overwrites it", "\(output) PATH takes another"])
        }
        return path
    }
}
