import Testing
import Vocabulary

@testable import Providers

@Suite("HTTPFailure")
struct HTTPFailureTests {
    private let request = HTTPRequest("POST", "http://127.0.0.1/vms", timeout: .seconds(1), purpose: "create")

    private func failure(_ status: Int, _ body: String) -> HTTPFailure {
        HTTPFailure(
            request, status: HTTPResponse(status: status, headers: [:], body: Array(body.utf8)),
            text: ServerText(masking: Masking()))
    }

    @Test(
        "which statuses prove that the request had no effect",
        arguments: [
            (400, true), (401, true), (404, true), (408, false), (429, true), (500, false), (501, true),
            (502, false), (503, false), (504, false), (505, true), (520, false), (524, false), (530, false),
        ])
    func effects(status: Int, proves: Bool) {
        #expect(failure(status, "<html>").hadNoEffect == proves)
    }

    @Test("a 500 in the form of the contract is the control plane's own refusal, a gateway's is not")
    func reasoned() {
        #expect(failure(500, #"{"error":"no capacity"}"#).hadNoEffect)
        #expect(!failure(524, #"{"error":"origin timed out"}"#).hadNoEffect)
        #expect(failure(404, #"{"error":"vm not found"}"#).isUnknownResource)
        #expect(!failure(404, "not found").isUnknownResource)
    }

    @Test("statuses without a name show none")
    func unnamed() {
        #expect(failure(524, "gone").cause == "524 gone")
        #expect(failure(500, "").cause == "500 Internal Server Error")
    }
}
