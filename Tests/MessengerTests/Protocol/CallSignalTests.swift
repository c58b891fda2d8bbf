import Testing

@testable import Messenger

@Suite("CallSignal")
struct CallSignalTests {
    private static let invite = #"{"v":1,"ns":"pika.call","type":"call.invite","call_id":"c1","ts_ms":5}"#

    @Test(
        "a signal is found where clients put it",
        arguments: [
            invite,
            "\"{\\\"v\\\":1,\\\"ns\\\":\\\"pika.call\\\",\\\"type\\\":\\\"call.invite\\\",\\\"call_id\\\":\\\"c1\\\"}\"",
            "{\"content\":\(invite)}", "{\"rumor\":{\"content\":\(invite)}}",
        ])
    func found(content: String) throws {
        let signal = try #require(CallSignal(content))
        #expect(signal.callID == "c1" && signal.isInvitation)
    }

    @Test(
        "everything else is text",
        arguments: [
            "hello", "pika.call", #"{"ns":"pika.call"}"#,
            #"{"v":2,"ns":"pika.call","type":"call.invite","call_id":"c"}"#,
            #"{"v":1,"ns":"pika.call","type":"call.other","call_id":"c"}"#,
            #"{"v":1,"ns":"other","type":"call.invite","call_id":"c"}"#,
            #"{"v":1,"ns":"pika.call","type":"call.invite"}"#,
        ])
    func text(content: String) { #expect(CallSignal(content) == nil) }

    @Test("the refusal names the call")
    func refusal() throws {
        let text = try #require(CallSignal(Self.invite)).refusal(now: 7)
        #expect(
            text
                == #"{"body":{"reason":"unsupported"},"call_id":"c1","ns":"pika.call","ts_ms":7000,"type":"call.reject","v":1}"#
        )
        #expect(CallSignal(text)?.isInvitation == false)
    }
}
