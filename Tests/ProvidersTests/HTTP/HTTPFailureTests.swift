import Testing

@testable import Providers

@Suite("HTTPFailure")
struct HTTPFailureTests {
    private let request = HTTPRequest("POST", "http://127.0.0.1/vms", timeout: .seconds(1), purpose: "create")

    private func failure(_ status: Int, _ body: String) -> HTTPFailure {
        HTTPFailure(request, status: HTTPResponse(status: status, headers: [:], body: Array(body.utf8)))
    }

    @Test(
        "which refusals prove that nothing was done",
        arguments: [
            (400, true), (401, true), (404, true), (408, false), (429, true), (500, false), (501, true),
            (502, false), (503, false), (504, false), (505, true), (520, false), (524, false), (530, false),
        ])
    func surely(status: Int, proves: Bool) {
        #expect(failure(status, "<html>").surelyDidNothing == proves)
    }

    @Test("a 500 in the control plane's own words is its own refusal, a gateway's is not")
    func reasoned() {
        #expect(failure(500, #"{"error":"no capacity"}"#).surelyDidNothing)
        #expect(!failure(524, #"{"error":"origin timed out"}"#).surelyDidNothing)
        #expect(failure(404, #"{"error":"vm not found"}"#).isUnknownResource)
        #expect(!failure(404, "not found").isUnknownResource)
    }

    /// Masking knows whole secrets only, and it comes after the cut.
    @Test("where a body is cut, no piece of a word stays", arguments: [200, 285, 290, 299, 300, 1190, 1199])
    func cut(offset: Int) {
        let secret = "sk-ant-SECRETKEY0123456789"
        let filler = String(repeating: "x ", count: offset / 2)
        let shown = HTTPFailure.excerpt(Array((filler + secret + " and more" + filler + filler).utf8))
        #expect(shown.contains(secret) || !shown.contains("sk-"), "\(shown)")
        #expect(shown.hasSuffix("…") && shown.count <= 301)
        let wide = String(repeating: "\n\n\n\n", count: offset / 4)
        let folded = HTTPFailure.excerpt(Array((wide + secret + filler + filler + filler).utf8))
        #expect(folded.contains(secret) || !folded.contains("sk-"), "\(folded)")
    }

    @Test("statuses without a name show none")
    func unnamed() {
        #expect(failure(524, "gone").cause == "524 gone")
        #expect(failure(500, "").cause == "500 Internal Server Error")
    }
}
