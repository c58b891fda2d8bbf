import AgentCore
import Cryptography
import Foundation
import Nostr
import Processes
import Vocabulary

/// Runs a command as the guest: in a directory with the request's files, with the guest's environment, and
/// with its placeholders filled in.
enum GuestProcess {
    private static let commandVariable = "PIKACHAT_GUEST_COMMAND"

    /// Stands for the guest's own start script, with this program as its daemon and a `pi` that answers by the rules.
    static let ownProgram = "self"

    /// - Parameter rules: of the `pi` of `self`.
    static func run(
        _ command: String, _ guest: Guest, rules: ReplyRules, in directory: String, groups: ProcessGroups
    ) async throws {
        let root = "\(directory)/guest-\(guest.key.publicKey.hex.prefix(8))"
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for (path, content) in guest.files {
            let file = "\(root)/\(path)"
            try manager.createDirectory(
                atPath: FilePath.folder(of: file), withIntermediateDirectories: true)
            guard
                manager.createFile(
                    atPath: file, contents: Data(content.utf8), attributes: [.posixPermissions: 0o600])
            else {
                throw Failure(.require, "cannot write \(file)")
            }
        }
        let relays = guest.relays.map(\.text).joined(separator: ",")
        let isOwn = command == ownProgram
        let code = isOwn ? try install(rules, in: root) : command
        let filled = code.replacing("{secret}", with: Hex.encode(guest.key.secret.exposed()))
            .replacing("{owner}", with: guest.owner.hex).replacing("{relays}", with: relays)
        var environment = ProcessInfo.processInfo.environment.filter {
            ["PATH", "HOME", "LANG", "TMPDIR"].contains($0.key)
        }
        // Test peers use these variables to locate their installation.
        for name in ["PIKA_PEER", "PIKA_PEER_HOME"] {
            environment[name] = ProcessInfo.processInfo.environment[name]
        }
        environment.merge(guest.environment) { $1 }
        environment["PIKA_RELAY_URLS"] = relays
        environment["PIKA_AGENT_DIR"] = "\(root)/workspace/pika-agent"
        if isOwn {
            environment["PATH"] = "\(root)/bin:\(environment["PATH"] ?? "/usr/bin:/bin")"
            // Rules are about single messages.
            environment["PIKA_PI_HISTORY_TURNS"] = environment["PIKA_PI_HISTORY_TURNS"] ?? "0"
        }
        // The list of processes is for everybody to read; an environment is its owner's.
        environment[commandVariable] = filled
        let start = "guest_command=$\(commandVariable); unset \(commandVariable); eval \"$guest_command\""
        let masking = Masking()
        masking.add(Hex.encode(guest.key.secret.exposed()))
        let process = try await ChildProcess(
            ["/bin/sh", "-c", start], environment: environment, directory: root,
            output: .log(path: "\(root)/guest.log", limitBytes: 16 << 20, masking), groups: groups)
        await process.hasEnded()
        // After a cancelled wait the program still runs.
        await process.stop()
        try Task.checkCancellation()
    }

    /// `pikachat` and `pi` for the guest's PATH.
    ///
    /// - Returns: the command that boots it.
    private static func install(_ rules: ReplyRules, in root: String) throws -> String {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = "\(root)/bin"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        unlink("\(folder)/pikachat")
        guard symlink(program, "\(folder)/pikachat") == 0 else {
            throw Failure(.require, "cannot link \(folder)/pikachat: \(String(cString: strerror(errno)))")
        }
        let options = rules.rules.flatMap { rule in
            (rule.pattern.map { ["--on", $0] } ?? []) + ["--reply", rule.reply]
        }
        let words = (["pikachat", "mock", "pi"] + options).map(quoted).joined(separator: " ")
        let code = "#!/bin/sh\nexec \(words)\n"
        guard
            FileManager.default.createFile(
                atPath: "\(folder)/pi", contents: Data(code.utf8), attributes: [.posixPermissions: 0o700])
        else { throw Failure(.require, "cannot write \(folder)/pi") }
        return "exec bash \"$PIKA_AGENT_DIR/start-agent.sh\""
    }

    /// A word for the shell, whatever is in it.
    private static func quoted(_ word: String) -> String { "'\(word.replacing("'", with: "'\\''"))'" }
}
