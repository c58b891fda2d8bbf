import Marmot
import Nostr
import TestSupport
import Testing

@testable import AgentCore

@Suite("LostChangeOffer — commands that make an undone change again")
struct LostChangeOfferTests {
    private static let account = TestKeys.bob.publicKey
    private static let npub = KeyText.npub(account)

    @Test(
        "each change has its command",
        arguments: [
            (.invited(account), "group invite \(npub)"), (.removed(account), "group remove \(npub)"),
            (.renamed("night \"shift\" $x"), #"group rename "night \"shift\" \$x""#),
            (.described("a\nb"), #"group rename description="a\nb""#),
            (.movedTo(relays: ["wss://a", "wss://b"]), "group relays wss://a wss://b"),
            (.promoted(account), "group promote \(npub)"), (.demoted(account), "group demote \(npub)"),
        ] as [(LostChange, String)])
    func commands(change: LostChange, command: String) throws {
        #expect(try #require(LostChangeOffer([change])).text.hasSuffix("make it again: `\(command)`"))
    }

    @Test("nothing lost, nothing offered; several stand in one line")
    func several() throws {
        #expect(LostChangeOffer([])?.text == nil)
        let text = try #require(LostChangeOffer([.renamed("a"), .described("b")])).text
        #expect(text.hasSuffix(": `group rename a`, `group rename description=b`"))
    }
}
