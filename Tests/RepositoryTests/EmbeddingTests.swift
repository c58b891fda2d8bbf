import Foundation
import TestSupport
import Testing

@Suite("another program embeds the shell: Examples/EmbeddedShell", .serialized)
struct EmbeddingTests {
    private static let demo = Vectors.repositoryRoot.appendingPathComponent(
        "Examples/EmbeddedShell/demo.pika"
    )
    .path

    @Test("a file runs, with own commands, an own subject of expect, and an end that takes back")
    func file() async throws {
        let result = try await EmbeddedShell.run(
            [Self.demo], environment: ["DEPLOY_TOKEN": "hunter2secret"])
        #expect(result.status == 0, "\(result.error)")
        #expect(
            result.output.hasSuffix("1.6 is live in eu, after 1.4\n1.4  eu  confirmed\n1.6  eu  on trial\n"))
        #expect(result.error.hasSuffix("warning: 1.6 was not confirmed and is taken back\n"))
        #expect(!result.error.contains("taken back\n1.4"))
    }

    @Test("an own failure code has its own exit status, and scripts can name it")
    func failureCode() async throws {
        let failing = try await EmbeddedShell.run(["-c", "deploy 2.0-broken"])
        #expect(failing.status == 9)
        #expect(failing.error.hasPrefix("error[rollback]: 2.0-broken did not pass its checks"))
        let expected = try await EmbeddedShell.run(["-c", "fails rollback: deploy 2.0-broken"])
        #expect(expected.status == 0, "\(expected.error)")
        let other = try await EmbeddedShell.run(["-c", "fails rollback: confirm 1"])
        #expect(other.status == 1 && other.error.contains("failed with not-ready instead of rollback"))
        let help = try await EmbeddedShell.run(["-c", "help fails"])
        #expect(help.output.contains("leak rollback"), "\(help.output)")
        let misspelt = try await EmbeddedShell.run(["-c", "fails rolback: deploy 1"])
        #expect(misspelt.status == 2 && misspelt.error.contains("rollback"), "\(misspelt.error)")
    }

    @Test("the program of docs/embedding.md is the one that is built")
    func minimal() async throws {
        let code = try Repository.text("Examples/EmbeddedShell/Sources/MinimalShell/Main.swift")
        #expect(try Repository.text("docs/embedding.md").contains("```swift\n\(code)```\n"))
        let path = try await EmbeddedShell.path().replacing(/EmbeddedShell$/, with: "MinimalShell")
        let result = try await RunningProgram(
            [path], stdin: "greet you\necho $last.name\n", environment: EmbeddedShell.environment()
        ).finish(limit: .seconds(30))
        #expect(result.status == 0 && result.output == "hello, you\nyou\n", "\(result.error)")
    }

    private struct Event: Decodable {
        let event: String
        let session: String?
        let version: String?
        let authorization: String?
    }

    @Test("JSON: own events, the name of the session, the token masked")
    func json() async throws {
        let result = try await EmbeddedShell.run(
            ["--json", "-c", "deploy 1.4 region=us token=hunter2secret takes=0s", "-c", "expect release"])
        #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
        #expect(!result.output.contains("hunter2"))
        let events = try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Event.self, from: Data($0.utf8))
        }
        let started = try #require(events.first { $0.event == "deploy.started" })
        #expect(started.session == "us" && started.version == "1.4")
        #expect(started.authorization == "Bearer ‹redacted›")
        #expect(events.map(\.event).suffix(1) == ["deploy.undone"])
        #expect(events.first { $0.event == "command" }?.session == nil)
        #expect(events.last { $0.event == "command" }?.session == "us")
    }

    @Test("a token of the environment is masked, too")
    func tokenOfEnvironment() async throws {
        let result = try await EmbeddedShell.run(
            ["--json", "-c", "deploy 1.4"], environment: ["DEPLOY_TOKEN": "hunter2secret"])
        #expect(result.output.contains("Bearer ‹redacted›") && !result.output.contains("hunter2"))
    }

    @Test("standard input is a script; mistakes are found before anything runs")
    func standardInput() async throws {
        let fine = try await EmbeddedShell.run([], stdin: "deploy 1.4 takes=0s\nexpect release == 1.4\n")
        #expect(fine.status == 0 && fine.error.contains("1.4 is live in eu"), "\(fine.error)")
        let wrong = try await EmbeddedShell.run([], stdin: "deploy 1.4\ndeploy 1.5 1.6\nrelases\n")
        #expect(wrong.status == 2 && !wrong.error.contains("on its way"))
        #expect(wrong.error.contains("deploy takes one version") && wrong.error.contains("mean releases?"))
    }

    @Test("expect tells what it waited for in vain, and what should not have come")
    func expectation() async throws {
        let none = try await EmbeddedShell.run(["-c", "expect release within=10ms"])
        #expect(none.status == 5, "\(none.error)")
        let quiet = try await EmbeddedShell.run(["-c", "expect no release for=10ms"])
        #expect(quiet.status == 0, "\(quiet.error)")
        let came = try await EmbeddedShell.run(
            ["-c", "deploy 1.4 takes=10ms", "-c", "expect no release for=20s"])
        #expect(came.status == 1 && came.error.contains("1.4 went live"), "\(came.error)")
    }

    @Test("a signal interrupts a run, which takes back what it did", arguments: [SIGINT, SIGTERM])
    func signal(number: Int32) async throws {
        let running = try RunningProgram(
            [
                await EmbeddedShell.path(), "-c", "deploy 1.4 takes=0s", "-c", "expect release", "-c",
                "sleep 600s",
            ], environment: EmbeddedShell.environment())
        #expect(await running.waitFor("is live", onError: true))
        running.signal(number)
        let result = await running.finish(limit: .seconds(20))
        #expect(result.status == 128 + number)
        #expect(result.error.contains("1.4 was not confirmed and is taken back"), "\(result.error)")
    }

    @Test("the prompt: completion, events while a line is typed, Ctrl-C, the question before leaving")
    func prompt() async throws {
        let terminal = try await EmbeddedShell.terminal(environment: ["NO_COLOR": "1"])
        #expect(await terminal.waitFor("deploy> "))
        try terminal.type("dep\t1.4 re\ta\t takes=300ms\recho typed thröu")
        #expect(await terminal.waitFor("next: expect release"), "\(terminal.text)")
        #expect(await terminal.waitFor("1.4 is live in asia\r\n"), "\(terminal.text)")
        try terminal.type("gh\r")
        #expect(await terminal.waitFor("\r\ntyped thröugh\r\n"))
        #expect(await terminal.waitFor("deploy asia> "))
        #expect(try await terminal.enter("expect release == 9 within=600s", expecting: "within=600s\r\n"))
        try terminal.type("\u{3}")
        #expect(await terminal.waitFor("cancelled\r\n"), "\(terminal.text)")
        #expect(try await terminal.enter("quit", expecting: "1.4: not confirmed. rollback / keep / cancel?"))
        #expect(try await terminal.enter("cancel", expecting: "[r/k/c] cancel\r\n"))
        try terminal.type("\u{4}")
        #expect(try await terminal.enter("keep", expecting: "[r/k/c] keep\r\n"), "\(terminal.text)")
        #expect(await terminal.exitStatus() == 0)
        #expect(!terminal.text.contains("taken back"), "\(terminal.text)")
    }

    @Test(
        "however the prompt ends, the terminal gets its modes back",
        arguments: [("\u{4}", "", 0), ("\u{4}", "1", 0), ("\u{1c}", "", 131), ("\u{1c}", "1", 131)])
    func modes(key: String, withoutSignals: String, status: Int32) async throws {
        let environment = withoutSignals.isEmpty ? [:] : ["WITHOUT_SIGNALS": withoutSignals]
        let terminal = try await EmbeddedShell.terminal(environment: environment)
        let before = terminal.localModes
        #expect(await terminal.waitFor("deploy> "))
        #expect(terminal.localModes != before)
        try terminal.type(key)
        #expect(await terminal.exitStatus() == status, "\(terminal.text)")
        #expect(terminal.localModes == before)
    }

    /// Bit n - 1 of a mask stands for signal n. glibc keeps 32 and 33 for itself.
    private func signals(_ name: String, of process: Int32) throws -> [Int] {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + ":") })
        let mask = try #require(UInt64(line.split(separator: "\t").last ?? "", radix: 16))
        return (1...64).filter { mask & (1 << UInt64($0 - 1)) != 0 && ![32, 33].contains($0) }
    }

    @Test("the shell itself catches and ignores no signal")
    func nothingInstalled() async throws {
        let running = try RunningProgram(
            [await EmbeddedShell.path(), "-c", "echo here", "-c", "sleep 600s"],
            environment: EmbeddedShell.environment(["WITHOUT_SIGNALS": "1"]))
        #expect(await running.waitFor("here\n"))
        #expect(try signals("SigCgt", of: running.processID) == [])
        #expect(try signals("SigIgn", of: running.processID) == [])
        // Nobody has taken the signal: it ends the process as in any program.
        running.signal(SIGTERM)
        #expect(await running.finish(limit: .seconds(20)).status == 128 + SIGTERM)
    }
}
