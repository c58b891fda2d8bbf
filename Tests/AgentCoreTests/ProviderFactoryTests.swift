import AgentFakes
import Synchronization
import Testing
import Vocabulary

@testable import AgentCore

@Suite("ProviderFactory")
struct ProviderFactoryTests {
    private static let url = Parameter(
        "url", .url, "where it is", default: "http://default.test",
        environment: "FAKE_URL")

    /// The address with which the fake was made last.
    private final class Made: Sendable {
        let address = Mutex<String?>(nil)
    }

    private let made = Made()

    private func factory(_ variables: [String: String] = [:]) -> ProviderFactory {
        let made = made
        let fake = ProviderDescription.of(
            FakeProvider(), parameters: [Self.url],
            variables: [.init("FAKE_TOKEN", "required"), .init("FAKE_COLOUR", "of no account")],
            made: { values in made.address.withLock { $0 = values.text("url") } })
        return .of([fake, .of(FakeProvider(name: "bare"))], variables: variables)
    }

    private func entry(_ provider: String, _ url: String) -> ResourceLedger.Entry {
        ResourceLedger.Entry(
            key: "k-aa", change: .created, provider: provider, kind: "vm", id: "1", url: url, time: 0)
    }

    @Test("finds a provider by its name, and no other")
    func named() {
        #expect(factory().description(named: "fake")?.name == "fake")
        #expect(factory().description(named: "Fake") == nil)
    }

    @Test("for the ledger: the address is the entry's, not the environment's")
    func forEntry() throws {
        let factory = factory(["FAKE_URL": "http://environment.test"])
        #expect(try factory.make(for: entry("fake", "http://ledger.test")).name == "fake")
        #expect(made.address.withLock { $0 } == "http://ledger.test")
        _ = try factory.make(for: entry("fake", ""))
        #expect(made.address.withLock { $0 } == "http://environment.test")
        #expect(try factory.make(for: entry("bare", "http://ledger.test")).name == "bare")
    }

    @Test("a provider that only the ledger knows is named")
    func unknown() {
        #expect { try factory().make(for: entry("other", "")) } throws: {
            ($0 as? Failure)?.message.contains("a provider other") ?? false
        }
    }

    @Test("as the environment sets it up; without it, by default")
    func configured() throws {
        for (variables, address) in [
            (["FAKE_URL": "http://environment.test"], "http://environment.test"),
            ([:], "http://default.test"),
        ] {
            let factory = factory(variables)
            let description = try #require(factory.description(named: "fake"))
            _ = try factory.make(configured: description)
            #expect(made.address.withLock { $0 } == address)
        }
    }

    @Test(
        "in use is what has its address or its credential set",
        arguments: [
            ([:], false), (["FAKE_URL": "http://x.test"], true), (["FAKE_URL": "  "], false),
            (["FAKE_TOKEN": "t"], true), (["FAKE_TOKEN": " "], false), (["FAKE_COLOUR": "red"], false),
        ] as [([String: String], Bool)])
    func isConfigured(variables: [String: String], expected: Bool) throws {
        let factory = factory(variables)
        let description = try #require(factory.description(named: "fake"))
        #expect(factory.isConfigured(description) == expected)
    }
}
