import Testing
import Vocabulary

@testable import Scripting

@Suite("tag and only")
struct DeclarationCommandsTests {
    private func script(_ text: String) throws -> CheckedScript {
        try CheckedScript.make(Source(name: "t.pika", text: text), catalogue: .general).get()
    }

    @Test("tags of the whole file")
    func tags() throws {
        #expect(try script("tag slow,net\ntag e2e other\necho x").tags == ["slow", "net", "e2e", "other"])
        #expect(try script("echo x").tags == [])
        #expect(ScriptRun.problems("if yes: tag a\nfor i in 1 2\n  tag b\nend").count == 2)
    }

    @Test("the world of a file")
    func world() throws {
        #expect(try script("only mock").world == .mock && script("only live").world == .live)
        #expect(try script("if $ci: only live").world == nil)
        #expect(World.mock.reasonToSkip(isMock: true) == nil && World.live.reasonToSkip(isMock: false) == nil)
        #expect(World.mock.reasonToSkip(isMock: false) != nil && World.live.reasonToSkip(isMock: true) != nil)
    }

    @Test("in the other world the rest is skipped")
    func skips() async throws {
        let run = try await ScriptRun.make("echo one\nif yes: only mock\necho two")
        #expect(run.end == .skipped(why: "only for the mock world") && run.printed == ["one"])
        let live = try await ScriptRun.make("only live\necho two")
        #expect(live.end == nil && live.printed == ["two"])
    }

    @Test("what the other world lacks does not matter behind it")
    func requirements() {
        let needs = FakeCommand("mocked").described {
            $0.requirements = [Requirement("mock", missing: "the mock world", isOfHost: true)]
        }
        let catalogue = ScriptRun.catalogue + [needs]
        let host = CheckContext(host: [])
        #expect(ScriptRun.problems("mocked", catalogue: catalogue, context: host).count == 1)
        #expect(ScriptRun.problems("only mock\nmocked", catalogue: catalogue, context: host).isEmpty)
    }

    @Test(
        "mistakes",
        arguments: ["tag", "tag a!b", "tag $x", "tag ,", "only", "only mocks", "only mock live", "only $x"])
    func mistakes(line: String) {
        #expect(!ScriptRun.problems("let x=1\n" + line).isEmpty)
    }
}
