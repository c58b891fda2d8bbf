import AgentCore
import Testing
import Vocabulary

@testable import AgentCommands

@Suite("what the contract with providers consists of")
struct ContractCoverageTests {
    @Test("a call is known by method and path, whatever stands for the ids")
    func calls() {
        func http(_ method: String, _ path: String) -> LogEvent {
            LogEvent("http", ["method": .text(method), "path": .text(path)])
        }
        let call = ProviderCall("GET", "/v1/apps/*/machines/*")
        #expect(call.isMade(in: http("GET", "/v1/apps/a/machines/1?x=/y")))
        for (method, path) in [
            ("DELETE", "/v1/apps/a/machines/1"), ("GET", "/v1/apps/a/machines"),
            ("GET", "/v1/apps/a/machines/1/wait"),
        ] {
            #expect(!call.isMade(in: http(method, path)))
        }
        #expect(call.description == "GET /v1/apps/*/machines/*")
    }

    @Test("every stage and kind of fault is an item, and shown by its line")
    func faults() throws {
        let sections = ContractCoverage.sections([])
        #expect(sections.map(\.title) == ["stages", "faults"])
        let items = try #require(sections.last).items
        #expect(items.count == FaultStage.allCases.flatMap(\.kinds).count)
        func line(_ words: [String]) -> LogEvent {
            LogEvent("command", ["command": .text("fault"), "arguments": .list(words.map(EventValue.text))])
        }
        func hit(_ words: [String]) -> [String] { items.filter { $0.isHit(line(words)) }.map(\.name) }
        #expect(hit(["spawn", "status=503", "times=1"]) == ["spawn status"])
        #expect(hit(["relay", "dup"]) == ["relay dup"] && hit(["clear"]) == [])
    }
}
