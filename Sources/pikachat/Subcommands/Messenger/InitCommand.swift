import AgentCore
import Cryptography
import Foundation
import Marmot
import Messenger
import Nostr
import Vocabulary

/// `pikachat init`: an identity, new or imported, and its first key package.
struct InitCommand: Subcommand {
    private static let nsec = "--nsec"
    private static let file = "--nsec-file"
    private static let replace = "--replace"

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "init", summary: "makes or imports an identity and publishes its key package",
            usage: "[options]")
        spec.options = [
            OptionSpec(
                Self.nsec, placeholder: "KEY",
                help: "nsec or 64 hexadecimal digits; - reads it from standard input, where nobody sees it"),
            OptionSpec(Self.file, placeholder: "FILE", help: "a file with the key"),
            OptionSpec(
                Self.replace,
                help: "an identity that is there already makes room; it is kept as identity.json.bak-TIME"),
            MessengerSubcommand.shared[1],
        ]
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(.usage, "init takes no \(arguments.positionals[0].cut(to: 60))")
        }
        let quiet = context.forProtocol()
        return await quiet.reporting {
            let key = try Self.key(arguments, quiet)
            try Self.install(key, replaces: arguments.has(Self.replace), quiet)
            let result = try await MessengerRun(context: quiet)
                .run(.publishKeyPackage(relays: []), .connected, isRemote: false)
            let path = quiet.configuration.stateDirectory + "/identity.json"
            let account = try Identity.load(from: path, random: SystemRandom()).publicKey
            quiet.print(
                IdentityCommand.fields(of: account)
                    .with("key_package_event_id", result?["event_id"] ?? .none), arguments
            ) { ["\($0["npub"])", "key package \($0["key_package_event_id"]) published"] }
            return 0
        }
    }

    /// The key that was given; nil where none was.
    private static func key(_ arguments: ParsedArguments, _ context: CommandContext) throws
        -> Secp256k1SecretKey?
    {
        let (given, file) = (arguments.value(nsec), arguments.value(Self.file))
        guard given == nil || file == nil else {
            throw Failure(.usage, "\(nsec) and \(Self.file) do not go together")
        }
        var text = given
        if given == "-" {
            text = try context.terminal.secretLine(prompt: "secret key:") ?? context.standardInput().text
        } else if given != nil {
            context.log.emit(
                .warning(
                    "a key on the command line is for everybody to see: \(nsec) - or \(Self.file) hide it"))
        }
        if let file {
            // It may be a pipe: <(pass show …).
            guard let bytes = FileManager.default.contents(atPath: file) else {
                throw Failure(.usage, "cannot read \(file)")
            }
            text = String(decoding: bytes, as: UTF8.self)
        }
        guard let text else { return nil }
        let bare = text.filter { !$0.isWhitespace }
        context.log.masking.add(bare)
        do {
            let key = try KeyText.secretKey(bare)
            context.log.masking.add(key: key)
            return key
        } catch {
            throw Failure(.usage, "invalid nsec: expected nsec1... (bech32) or 64-char hex secret key")
        }
    }

    /// Stores a key where that may be.
    private static func install(
        _ key: Secp256k1SecretKey?, replaces: Bool, _ context: CommandContext
    ) throws {
        let directory: StateDirectory
        do {
            directory = try StateDirectory(path: context.configuration.stateDirectory)
        } catch let locked as StateDirectory.Locked {
            // A daemon can publish; its identity stays.
            guard key == nil, !replaces else { throw locked }
            return
        }
        let path = directory.file("identity.json")
        guard access(path, F_OK) == 0 else {
            if let key { try AtomicFile.write(Array(Identity.json(for: key).utf8), to: path) }
            return
        }
        let old = try Identity.load(from: path, random: SystemRandom())
        guard let key, key.publicKey != old.publicKey || replaces else {
            if key == nil, replaces { throw Failure(.usage, "\(replace) needs a key: \(nsec) or \(file)") }
            context.log.emit(
                .notice("the identity \(KeyText.npub(old.publicKey)) is there already and stays"))
            return
        }
        guard key.publicKey != old.publicKey else { return }
        guard replaces else {
            throw Failure(
                .usage, "the state directory has another identity, \(KeyText.npub(old.publicKey))",
                hints: ["\(replace) puts it aside", "--state-dir takes another directory"])
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        guard !names.contains(where: { $0.hasSuffix(".group") }) else {
            throw Failure(
                .usage,
                "the state directory has groups of \(KeyText.npub(old.publicKey)), which no other identity can use",
                hints: ["take another directory with --state-dir"])
        }
        let time = Int(Date().timeIntervalSince1970)
        guard rename(path, "\(path).bak-\(time)") == 0 else {
            throw FileError(path, "cannot put it aside: \(String(cString: strerror(errno)))")
        }
        // What belongs to it goes aside with it; its key packages are of no use to the new one.
        for name in ["welcomes", "outbox", "messages"] where access(directory.file(name), F_OK) == 0 {
            guard rename(directory.file(name), directory.file("\(name).bak-\(time)")) == 0 else {
                throw FileError(
                    directory.file(name), "cannot put it aside: \(String(cString: strerror(errno)))")
            }
        }
        try AtomicFile.remove(directory.file("key-packages.state"))
        try AtomicFile.write(Array(Identity.json(for: key).utf8), to: path)
    }
}
