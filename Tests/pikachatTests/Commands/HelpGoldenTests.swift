import Providers
import Scripting
import TestSupport
import Testing

@testable import pikachat

@Suite("help, word for word")
struct HelpGoldenTests {
    @Test("every command and every part of the language has a page, and it says what is written down")
    func pages() throws {
        let catalogue = CommandCatalogue.agents(
            ProviderCatalogue.all(http: CurlHTTPClient(authorityFile: nil)))
        let spawns = ["fly", "workers", "microvm"].map { "spawn \($0)" }
        let topics = [""] + catalogue.names + spawns + HelpPages.languageTopics
        let text = try topics.map {
            "##### help\($0.isEmpty ? "" : " \($0)")\n" + (try HelpPages.text(for: $0, catalogue))
        }
        .joined(separator: "\n\n")
        #expect(text.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
        let difference = try GoldenFile("Tests/Golden/help.txt").difference(from: text + "\n")
        #expect(difference == nil, "\(difference ?? "")")
    }
}
