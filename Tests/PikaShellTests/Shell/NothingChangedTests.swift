import Foundation
import PikaShell
import TestSupport
import Testing

@Suite("after a run the process is as it was", .serialized)
struct NothingChangedTests {
    /// What belongs to the whole process.
    private struct Process: Equatable {
        let locale: String
        let environment: [String: String]
        let directory: String
        /// By signal, the handler's address.
        let handlers: [Int: Int]

        static func now() -> Process {
            var handlers: [Int: Int] = [:]
            for number in 1...64 {
                var action = sigaction()
                guard sigaction(Int32(number), nil, &action) == 0 else { continue }
                handlers[number] = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            }
            return Process(
                locale: setlocale(LC_ALL, nil).map { String(cString: $0) } ?? "",
                environment: ProcessInfo.processInfo.environment,
                directory: FileManager.default.currentDirectoryPath, handlers: handlers)
        }
    }

    @Test("a script from standard input")
    func script() async throws {
        let before = Process.now()
        let directory = TemporaryDirectory()
        let piped = try PipedTerminal(input: "env GREETING=hello\nsh \"exit 0\"\necho $GREETING\n")
        let host = BasicHost(jobDirectory: directory.path)
        let shell = Shell(catalogue: .general, host: host, terminal: piped.terminal)
        #expect(await shell.run(arguments: ["shell", "--set", "GREETING=good day"]) == 0)
        #expect(await piped.finish().output == "good day\n")
        #expect(Process.now() == before)
    }

    @Test("the prompt, while it is there and afterwards; the terminal has its modes back")
    func prompt() async throws {
        let before = Process.now()
        let pseudo = try PseudoTerminal()
        let modes = pseudo.localModes
        let shell = Shell(catalogue: .general, host: BasicHost(), terminal: pseudo.terminal)
        // Twice: a program may leave its prompt and come back to it.
        for round in 1...2 {
            async let status = shell.runPrompt()
            try pseudo.type("echo héllo $last round\(round)\r")
            #expect(await pseudo.waitFor("\r\nhéllo  round\(round)\r\n"), "\(pseudo.text)")
            #expect(Process.now() == before)
            #expect(pseudo.localModes != modes)
            try pseudo.type("\u{4}")
            #expect(await status == 0)
            #expect(pseudo.localModes == modes)
        }
        #expect(Process.now() == before)
    }

    private var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
    }

    @Test("prompts that are left leave no descriptors behind")
    func descriptors() async throws {
        let pseudo = try PseudoTerminal()
        let shell = Shell(catalogue: .general, host: BasicHost(), terminal: pseudo.terminal)
        let before = openDescriptors
        let rounds = 100
        for _ in 0..<rounds {
            try pseudo.type("quit\r")
            #expect(await shell.runPrompt() == 0)
        }
        // Other tests of this process have some of their own.
        #expect(openDescriptors < before + rounds)
    }
}
