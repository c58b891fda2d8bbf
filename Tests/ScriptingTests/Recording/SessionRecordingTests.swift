import Testing
import Vocabulary

@testable import Scripting

@Suite("what save writes")
struct SessionRecordingTests {
    private static let catalogue =
        CommandCatalogue.general + [
            FakeCommand("spawn") { _, script in
                let fields: [String: EventValue] = ["id": .text("vm-123456"), "npub": .text("npub1abcdef")]
                await script.set("vm", .record(fields))
                return fields
            }.described {
                $0.opens = "agent"
                $0.variables = ["vm"]
                $0.results = [("id", ""), ("npub", "")]
            },
            FakeCommand("teardown").described { $0.closes = "agent" },
            FakeCommand("keep").described { $0.keeps = "agent" },
            FakeCommand("mocked").described {
                $0.requirements = [
                    Requirement("mock", missing: "m", first: "f", isOfHost: true, isOnlyOfMocks: true)
                ]
            },
            FakeCommand("login").described { $0.parameters = [Parameter("token", .text, "", secret: true)] },
        ]

    /// Lines typed one after the other; those that fail are left out.
    private func saved(_ lines: [String], secrets: [String] = []) async -> [String] {
        let host = FakeHost(provided: [
            Requirement("mock", missing: "m", first: "f", isOfHost: true, isOnlyOfMocks: true)
        ])
        for secret in secrets { host.log.masking.add(secret) }
        let interpreter = Interpreter(host: host, catalogue: Self.catalogue, inputs: Inputs())
        for line in lines {
            guard
                case .success(let script) = CheckedScript.make(
                    Source(name: "shell", text: line), catalogue: Self.catalogue,
                    context: .running(variables: await interpreter.variables.names))
            else { continue }
            try? await interpreter.execute(script)
        }
        let text = await interpreter.recorded.script(host.log.masking)
        return text.split(separator: "\n").dropFirst().map(String.init)
    }

    @Test(
        "what succeeded, without what only looks; blocks are whole",
        arguments: [
            (["echo a", "fail no", "nonsense", "vars", "echo b # why"], ["echo a", "echo b # why"]),
            (["for x in 1,2\n  echo $x\nend"], ["for x in 1,2", "  echo $x", "end"]),
            (["echo a\necho b\nfail x\necho c"], ["echo a", "echo b"]), (["try fail x"], ["try fail x"]),
            (["echo a \\\n  b"], ["echo a \\", "  b"]),
        ])
    func successes(lines: [String], expected: [String]) async {
        #expect(await saved(lines) == expected)
    }

    @Test("ids of earlier results are variables in later lines, as whole words only")
    func ids() async {
        let lines = await saved([
            "spawn as=a", "echo vm-123456 xvm-123456 vm-1234567 (npub1abcdef)", "spawn", "teardown vm-123456",
        ])
        #expect(
            lines == [
                "spawn as=a", "defer teardown", "echo ${a.id} xvm-123456 vm-1234567 (${a.npub})", "spawn",
                "defer teardown", "teardown ${vm.id}",
            ])
    }

    @Test(
        "what was started is removed at the end, unless somebody says so or keeps it",
        arguments: [
            (["spawn"], ["spawn", "defer teardown"]),
            (["spawn", "defer teardown"], ["spawn", "defer teardown"]),
            (["spawn", "keep"], ["spawn", "keep"]),
            (["spawn", "teardown"], ["spawn", "defer teardown", "teardown"]),
        ])
    func removal(lines: [String], expected: [String]) async {
        #expect(await saved(lines) == expected)
    }

    @Test("secrets are inputs; a line of the mock world says that the script is one")
    func secrets() async {
        let lines = await saved(
            ["login token=s3cr3tvalue", "echo \"is s3cr3tvalue\"", "echo 's3cr3tvalue'", "mocked"],
            secrets: ["s3cr3tvalue"])
        #expect(
            lines == [
                "only mock", "env SECRET_1 secret", "env SECRET_2 secret", "login token=${SECRET_1}",
                "echo \"is ${SECRET_2}\"",
                "# left out, for it has a secret in single quotes: echo '\(Masking.replacement)'", "mocked",
            ])
    }
}
