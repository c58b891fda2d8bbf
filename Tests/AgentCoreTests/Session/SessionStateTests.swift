import Testing

@testable import AgentCore

@Suite("SessionState")
struct SessionStateTests {
    @Test("a step out of order says what is missing and which command brings it")
    func order() {
        let state = SessionState()
        #expect { try state.requireGroup("say") } throws: {
            "\($0)" == "`say` needs an agent: run `spawn PROVIDER` first"
        }
        #expect { try state.requireRunning("teardown") } throws: {
            "\($0)".contains("an agent that we started")
        }
        #expect(state.nextCommand == "spawn PROVIDER")
    }
}
