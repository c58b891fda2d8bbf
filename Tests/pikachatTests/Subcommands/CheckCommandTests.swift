import Foundation
import TestSupport
import Testing

@Suite("pikachat check and fmt", .timeLimit(.minutes(5)))
struct CheckCommandTests {
    private let state = TemporaryDirectory()

    private func write(_ text: String, to name: String = "a.pika") throws {
        try text.write(toFile: state.file(name), atomically: true, encoding: .utf8)
    }

    private func kept(_ name: String = "a.pika") throws -> String {
        try String(contentsOfFile: state.file(name), encoding: .utf8)
    }

    @Test("the scripts of this repository are without findings, and in the one style")
    func repository() async throws {
        let scripts = Vectors.repositoryRoot.appendingPathComponent("scripts").path
        let checked = try await Pikachat.run(["check", scripts, "--strict"])
        #expect(checked.status == 0 && checked.error == "", "\(checked.error)")
        #expect(checked.output.contains("demo-microvm.pika: fine, at most "))
        let formatted = try await Pikachat.run(["fmt", "--check", scripts])
        #expect(formatted.status == 0 && formatted.output == "", "\(formatted.output)")
    }

    @Test("findings name their rule; --fix mends, --strict fails, mistakes are status 2")
    func findings() async throws {
        try write("spawn microvm\nlet x=1\n")
        let found = try await Pikachat.run(["check", "a.pika"], state: state)
        #expect(
            found.status == 0 && found.error.contains("warning[left-running]")
                && found.error.contains("warning[unused-variable]"))
        #expect(try await Pikachat.run(["check", "--strict", "a.pika"], state: state).status == 1)
        let json = try await Pikachat.run(["check", "--json", "a.pika"], state: state)
        #expect(
            json.output.contains("\"rule\":\"left-running\"")
                && json.output.contains("\"fix\":\"add defer teardown\""))
        chmod(state.file("a.pika"), 0o755)
        let fixed = try await Pikachat.run(["check", "--fix", "--strict", "a.pika"], state: state)
        #expect(fixed.status == 0, "\(fixed.error)")
        #expect(try kept() == "spawn microvm\ndefer teardown\n")
        #expect(FileManager.default.isExecutableFile(atPath: state.file("a.pika")))
        try write("nonsense", to: "b.pika")
        let wrong = try await Pikachat.run(["check", "--fix", ".", "--json"], state: state)
        #expect(wrong.status == 2 && wrong.output.contains("\"rule\":\"syntax\""))
        #expect(try kept("b.pika") == "nonsense")
        let rules = try await Pikachat.run(["check", "--rules"], state: state)
        #expect(
            rules.output.contains("sleep-for-wait (warning): ")
                && rules.output.contains("unused-variable (warning, --fix): "))
    }

    @Test("fmt changes files, --check only says so, - is standard input")
    func format() async throws {
        try write("if $mock\necho   a\nend")
        let checked = try await Pikachat.run(["fmt", "--check", "."], state: state)
        #expect(checked.status == 1 && checked.output.contains("not in the one style"))
        #expect(try kept() == "if $mock\necho   a\nend")
        #expect(try await Pikachat.run(["fmt", "."], state: state).status == 0)
        #expect(try kept() == "if $mock\n  echo a\nend\n")
        let input = try await Pikachat.run(["fmt", "-"], stdin: "echo   b", state: state)
        #expect(input.status == 0 && input.output == "echo b\n")
        try write("nonsense", to: "b.pika")
        let wrong = try await Pikachat.run(["fmt", "."], state: state)
        #expect(wrong.status == 2 && wrong.error.contains("there is no command nonsense"))
        #expect(try kept("b.pika") == "nonsense")
    }
}
