import Vocabulary
import AgentCore
import Foundation
import Testing

@testable import Providers

@Suite("What a microVM start may have left")
struct MicroVMLeftoversTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint
    private static let now = Int64(Date().timeIntervalSince1970 * 1000)

    private static func text(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }

    private func provider(_ answers: [Endpoint: (status: Int, body: String)]) throws -> any Provider {
        let http = ScriptedHTTP(
            answers.mapValues { HTTPResponse(status: $0.status, headers: [:], body: Array($0.body.utf8)) })
        let description = try #require(ProviderCatalogue.all(http: http).first { $0.name == "microvm" })
        return try description.make(
            ParameterSet(description.parameters, given: [:], environment: [:]),
            ProviderEnvironment(variables: [:], clock: ImpatientClock(pauses: 20), log: EventLog()))
    }

    private func entry(_ change: ResourceLedger.Entry.Change, id: String? = nil, at time: Int64) throws
        -> ResourceLedger.Entry
    {
        let json =
            #"{"key":"k-aa","change":"\#(change.rawValue)","provider":"microvm","kind":"vm","url":"u","time":\#(time),"deadline":\#(time + 60_000)"#
            + (id.map { #","id":"\#($0)""# } ?? "") + "}"
        return try JSONDecoder().decode(ResourceLedger.Entry.self, from: Data(json.utf8))
    }

    /// - Parameter offset: of the spawner's clock, in milliseconds.
    private func found(createdAt: Int64?, offset: Int64) async throws -> [String] {
        let created = createdAt.map { #","created_at":"\#(Self.text($0))""# } ?? ""
        let provider = try provider([
            Endpoint("GET", "/healthz"): (200, #"{"ok":true,"now":"\#(Self.text(Self.now + offset))"}"#),
            Endpoint("GET", "/vms"): (200, #"[{"id":"vm-1","ip":"10.0.0.2"\#(created)}]"#),
        ])
        return try await provider.findLeftovers(of: entry(.intent, at: Self.now), known: []).map(
            \.resource.id)
    }

    @Test("is looked for by the spawner's clock, and one that does not tell its time may be it")
    func clocks() async throws {
        for offset in [0, -90_000, 400_000, -86_400_000] as [Int64] {
            #expect(try await found(createdAt: Self.now + offset + 2000, offset: offset) == ["vm-1"])
            // Clocks rarely agree to the second.
            #expect(try await found(createdAt: Self.now + offset - 10_000, offset: offset) == ["vm-1"])
            #expect(try await found(createdAt: Self.now + offset - 3_600_000, offset: offset).isEmpty)
            #expect(try await found(createdAt: Self.now + offset + 3_600_000, offset: offset).isEmpty)
        }
        #expect(try await found(createdAt: nil, offset: 0) == ["vm-1"])
    }

    @Test("a VM that took over the id of ours is not ours")
    func reusedID() async throws {
        func isOurs(createdAt: Int64) async throws -> Bool {
            let provider = try provider([
                Endpoint("GET", "/healthz"): (200, #"{"ok":true,"now":"\#(Self.text(Self.now))"}"#),
                Endpoint("GET", "/vms/vm-1"): (
                    200, #"{"id":"vm-1","ip":"10.0.0.2","created_at":"\#(Self.text(createdAt))"}"#
                ),
            ])
            return try await provider.isStillOurs(
                entry(.created, id: "vm-1", at: Self.now - 10 * 86_400_000))
        }
        #expect(try await isOurs(createdAt: Self.now - 10 * 86_400_000))
        #expect(try await !isOurs(createdAt: Self.now - 120_000))
    }

    @Test("only the spawner's own word says that a VM is gone")
    func gone() async throws {
        let vm = ProviderResource(kind: "vm", id: "vm-1")
        let own = (404, #"{"error":"vm not found: vm-1"}"#)
        let proxy = (404, "<html>no such page</html>")
        let there = try provider([
            Endpoint("DELETE", "/vms/vm-1"): own, Endpoint("GET", "/vms/vm-1"): own,
        ])
        try await there.remove(vm)
        #expect(try await there.inspect(vm) == nil)
        let elsewhere = try provider([
            Endpoint("DELETE", "/vms/vm-1"): proxy, Endpoint("GET", "/vms/vm-1"): proxy,
        ])
        let failure = await #expect(throws: ProviderError.self) { try await elsewhere.remove(vm) }
        #expect(failure?.failure.code == .leak)
        await #expect(throws: (any Error).self) { try await elsewhere.inspect(vm) }
    }

    @Test("text from a spawner cannot control a terminal or forge a line")
    func hostileText() async throws {
        let provider = try provider([
            Endpoint("GET", "/vms/vm-1"): (
                200, #"{"id":"vm-1","ip":"10.0.0.2\nConnected to vm-9","status":"\u001b[31mred\u0007"}"#
            )
        ])
        let state = try await provider.inspect(ProviderResource(kind: "vm", id: "vm-1"))
        #expect(state == "␛[31mred␇, ip=10.0.0.2 Connected to vm-9")
    }
}
