import Testing

@testable import Mocks

@Suite("ReplyRules")
struct ReplyRulesTests {
    @Test("echoes without rules; the first matching rule answers; silence when none does")
    func rules() {
        #expect(ReplyRules().reply(to: "hi") == "echo: hi")
        let rules = ReplyRules([
            .init(pattern: "ping", reply: "pong"), .init(pattern: "^n", reply: "got {text}"),
        ])
        #expect(rules.reply(to: "a ping") == "pong")
        #expect(rules.reply(to: "nice") == "got nice")
        #expect(rules.reply(to: "other") == nil)
    }
}
