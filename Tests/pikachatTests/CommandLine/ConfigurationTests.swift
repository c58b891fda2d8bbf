import AgentCore
import Nostr
import Testing
import Vocabulary

@testable import pikachat

@Suite("what flags and environment come to")
struct ConfigurationTests {
    private func configuration(_ arguments: [String], _ environment: [String: String] = [:]) throws
        -> Configuration
    {
        try Configuration(
            try Arguments.parse(arguments[...], options: Arguments.global), environment: environment)
    }

    @Test("defaults")
    func defaults() throws {
        let plain = try configuration([], ["HOME": "/home/me", "XDG_STATE_HOME": "/state"])
        #expect(plain.stateDirectory == "/state/pikachat" && plain.level == .info && !plain.isJSON)
        #expect(plain.explicitRelays == nil && plain.explicitKeyPackageRelays == nil)
        #expect(plain.relays == RelayDefaults.relays && plain.authorityFile == nil)
        #expect(
            try configuration([], ["HOME": "/home/me"]).stateDirectory == "/home/me/.local/state/pikachat")
    }

    @Test("options")
    func options() throws {
        let given = try configuration([
            "--state-dir", "/s", "--relay", "ws://127.0.0.1:1", "--relay", "ws://127.0.0.1:2", "--kp-relay",
            "ws://127.0.0.1:3", "--ca-file", "/ca", "--json",
        ])
        #expect(given.stateDirectory == "/s" && given.authorityFile == "/ca" && given.isJSON)
        #expect(given.relays.map(\.text) == ["ws://127.0.0.1:1", "ws://127.0.0.1:2"])
        #expect(given.explicitKeyPackageRelays?.map(\.text) == ["ws://127.0.0.1:3"])
    }

    @Test(
        "levels",
        arguments: [
            ("error", .error), ("warn", .warn), ("info", .info), ("debug", .debug), ("trace", .trace),
        ] as [(String, LogEvent.Level)])
    func levels(text: String, level: LogEvent.Level) throws {
        #expect(try configuration(["--log-level", text]).level == level)
    }

    @Test("colours are looked at elsewhere; what is no choice is a mistake", arguments: ColorOption.values)
    func colors(value: String) throws {
        _ = try configuration(["--color", value])
    }

    @Test(
        "mistakes",
        arguments: [
            ["--log-level", "loud"], ["--color", "blue"], ["--color", ""], ["--relay", "http://x"],
            ["--kp-relay", "nonsense"],
        ])
    func mistakes(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try configuration(arguments) }
        #expect(error.map { Failure($0).code } == .usage)
    }
}
