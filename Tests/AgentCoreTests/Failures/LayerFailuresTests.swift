import Marmot
import Testing
import Vocabulary

@testable import AgentCore
@testable import Nostr

@Suite("failures of the layers below")
struct LayerFailuresTests {
    @Test("an event that a relay refused, and one that none could be given")
    func publishing() throws {
        let relay = try RelayURL("ws://127.0.0.1:1")
        let refused = RelayError(relay, .rejected("blocked: no"))
        let silent = RelayError(relay, .noReply(within: .seconds(1), notice: nil))
        for (failures, code) in [
            ([refused], FailureCode.protocolError), ([silent], .unreachable), ([], .unreachable),
            ([silent, refused], .protocolError),
        ] {
            let failure = Failure(PublishError(kind: .groupEvent, failures: failures))
            #expect(failure.code == code && failure.isRetryable)
        }
    }
}
