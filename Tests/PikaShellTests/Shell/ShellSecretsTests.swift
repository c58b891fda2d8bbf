import Foundation
import PikaShell
import TestSupport
import Testing

@Suite("secret parameters stay secret")
struct ShellSecretsTests {
    private let catalogue = CommandCatalogue.general + [SecretiveCommand()]

    private func run(_ line: String, environment: [String: String] = [:]) async throws -> String {
        let piped = try PipedTerminal()
        let shell = Shell(
            catalogue: catalogue, host: BasicHost(environment: environment), terminal: piped.terminal)
        _ = await shell.run(line: line)
        let (output, error) = await piped.finish()
        return output + error
    }

    @Test("one that comes from the environment is masked")
    func environment() async throws {
        let text = try await run("open", environment: ["OPEN_TOKEN": "hunter2secret"])
        #expect(text == "opened with \(Masking.replacement)\n")
    }

    @Test(
        "the excerpt of a mistake does not show it",
        arguments: [
            "open token=hunter2secret tokn=1", "open key=\"hunter2secret\" tokn=1",
            "open token=hunter2secret \"unfinished", "open token=\"hunter2secret",
            "open tokn=1\nopen token=hunter2secret",
        ])
    func excerpt(line: String) async throws {
        let text = try await run(line)
        #expect(text.contains("error[usage]") && !text.contains("hunter2secret"), "\(text)")
    }

    @Test("the name of a variable is no secret")
    func variable() async throws {
        #expect(try await run("let word=hidden\nopen token=$word\necho $word's \\$word").contains("$word"))
    }

    @Test("a line with one is not kept in the history, whether it runs or not")
    func history() async throws {
        let directory = TemporaryDirectory()
        let pseudo = try PseudoTerminal()
        let shell = Shell(
            catalogue: catalogue, host: BasicHost(), terminal: pseudo.terminal,
            historyPath: directory.file("history"))
        async let status = shell.runPrompt()
        #expect(await pseudo.waitFor("> "))
        try pseudo.type("open token=hunter2secret\ropen token=hunter3secret tokn=1\recho kept\rhistory\r")
        #expect(await pseudo.waitFor("\r\necho kept\r\n"), "\(pseudo.text)")
        try pseudo.type("quit\r")
        #expect(await status == 0)
        let kept = try String(contentsOfFile: directory.file("history"), encoding: .utf8)
        #expect(kept == "echo kept\nhistory\nquit\n")
    }
}
