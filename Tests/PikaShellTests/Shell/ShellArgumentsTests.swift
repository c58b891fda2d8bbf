import PikaShell
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
}
