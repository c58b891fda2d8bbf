import Foundation
import PikaShell
import TestSupport
import Testing

@Suite("what a command line asks for")
struct ShellArgumentsTests {
    private func run(_ arguments: [String], input: String = "") async throws -> (
        status: Int32, output: String, error: String
    ) {
        let piped = try PipedTerminal(input: input)
        let shell = Shell(catalogue: .general, host: BasicHost(), terminal: piped.terminal)
        let status = await shell.run(arguments: ["/usr/bin/tool"] + arguments)
        let (output, error) = await piped.finish()
        return (status, output, error)
    }

    @Test("- is standard input, and so is nothing", arguments: [["-"], []])
    func standardInput(arguments: [String]) async throws {
        let result = try await run(arguments, input: "echo read")
        #expect(result == (0, "read\n", ""))
    }

    @Test("--help explains the arguments by the program's own name", arguments: ["--help", "-h"])
    func help(option: String) async throws {
        let result = try await run([option, "nofile"])
        #expect(result.status == 0 && result.output.hasPrefix("usage: tool [FILE…]"))
    }

    @Test("a wrong option is told, with the one that was meant")
    func wrongOption() async throws {
        let result = try await run(["--jsn"])
        #expect(result == (2, "", "error: unknown option --jsn\nhint: did you mean --json?\n"))
    }

    @Test("a file that is missing is an event like every failure")
    func missingFile() async throws {
        let result = try await run(["nofile", "--json"])
        #expect(result.status == 2 && result.output.contains(#""message":"nofile: no such file""#))
    }

    @Test(
        "what cannot be read is usage, and nothing runs",
        arguments: [
            (["-c"], "-c needs a value"), (["--set"], "--set needs a value"),
            (["--set", "x"], "--set needs NAME=VALUE, not x"), (["--set", "=x"], "--set needs NAME=VALUE"),
            (["f.pika", "-c", "echo a"], "either files or -c, not both: f.pika"),
        ])
    func usage(arguments: [String], text: String) async throws {
        let result = try await run(arguments)
        #expect(result.status == 2 && result.output == "" && result.error.contains(text), "\(result)")
    }

    @Test("several commands are one run, and so are several files: later ones know what earlier ones bring")
    func several() async throws {
        #expect(try await run(["-c", "let x=1", "-c", "echo $x"]) == (0, "1\n", ""))
        let directory = TemporaryDirectory()
        try "let x=1".write(toFile: directory.file("a"), atomically: true, encoding: .utf8)
        try "echo $x".write(toFile: directory.file("b"), atomically: true, encoding: .utf8)
        #expect(try await run([directory.file("a"), directory.file("b")]) == (0, "1\n", ""))
        let wrongOrder = try await run([directory.file("b"), directory.file("a")])
        #expect(wrongOrder.status == 2 && wrongOrder.output == "")
    }

    @Test("--set beats the program's own inputs; the last one counts, and = may stand in the value")
    func sets() async throws {
        let piped = try PipedTerminal()
        let shell = Shell(
            catalogue: .general, host: BasicHost(), terminal: piped.terminal,
            inputs: ["A": "program", "B": "program"])
        let status = await shell.run(arguments: [
            "tool", "--set", "A=first", "--set", "A=k=v", "-c", "env A", "-c", "env B", "-c", "echo $A $B",
        ])
        #expect(status == 0)
        #expect(await piped.finish() == ("k=v program\n", ""))
    }

    @Test("--json gives every event as an object")
    func json() async throws {
        let result = try await run(["--json", "-c", "echo a"])
        #expect(result.status == 0 && result.output.contains(#""event":"echo""#))
        #expect(result.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }
}
