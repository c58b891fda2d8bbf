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
            (301, true), (303, false), (304, false), (431, true), (451, true), (499, false), (600, false),
        ])
    func effects(status: Int, proves: Bool) {
        #expect(failure(status, "<html>").hadNoEffect == proves)
    }

    @Test(
        "which statuses may pass",
        arguments: [
            (303, false), (400, false), (401, false), (402, false), (403, false), (404, false), (408, true),
            (409, false), (412, false), (422, false), (425, true), (429, true), (500, true), (502, true),
            (503, true),
            (504, true), (524, true),
        ])
    func passing(status: Int, mayPass: Bool) {
        let failure = failure(status, "<html>")
        #expect(failure.isRetryable == mayPass && failure.failure.isRetryable == mayPass)
        #expect(failure.isPassing == mayPass)
    }

    @Test("a 500 proves nothing, in whatever form it comes: a late step may have failed")
    func reasoned() {
        #expect(!failure(500, #"{"error":"no capacity"}"#).hadNoEffect)
        #expect(failure(500, #"{"error":"no capacity"}"#).isOwnFailure)
        #expect(!failure(524, #"{"error":"origin timed out"}"#).isOwnFailure)
        #expect(!failure(500, "<html>").isOwnFailure)
        #expect(failure(404, #"{"error":"vm not found"}"#).refusal?.text == "vm not found")
        #expect(failure(404, "not found").refusal == nil)
    }

    @Test(
        "quota is quota, whatever the status",
        arguments: [
            (403, "You are over the allowed quota for machines in this organization", FailureCode.quota),
            (403, "trial has ended: add a payment method", .quota), (422, "volume quota exceeded", .quota),
            (402, "pay", .quota), (429, "slow down", .quota), (403, "not your app", .auth),
            (401, "unauthorized", .auth), (500, "no quota", .unreachable),
            (422, "name too long", .protocolError), (422, "over the limit of 63 letters", .protocolError),
        ])
    func quota(status: Int, text: String, code: FailureCode) {
        #expect(failure(status, #"{"error":"\#(text)"}"#).code == code)
    }

    @Test("a redirect tells where it leads, without what may be a credential, and that it is not followed")
    func redirect() {
        let response = HTTPResponse(
            status: 302, headers: ["location": "https://me:pw@login.test/in?token=abc#x"],
            body: Array("<html>".utf8))
        let cause = HTTPFailure(request, status: response, text: ServerText(masking: Masking())).cause
        #expect(
            cause.hasPrefix("302 Found redirects to https://login.test/in, which is not followed"), "\(cause)"
        )
    }

    @Test("statuses without a name show none")
    func unnamed() {
        #expect(failure(524, "gone").cause == "524 gone")
        #expect(failure(500, "").cause == "500 Internal Server Error")
    }
}
