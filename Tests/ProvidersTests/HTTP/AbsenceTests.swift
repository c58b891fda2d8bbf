import AgentCore
import Testing
import Vocabulary

@testable import Providers

@Suite("Whether a resource is gone")
struct AbsenceTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint

    struct Row: Sendable, CustomTestStringConvertible {
        let provider: String, kind: String, id: String, status: Int, body: String, isGone: Bool
        var testDescription: String { "\(provider) \(kind): \(status) \(body)" }

        init(_ provider: String, _ kind: String, _ id: String, _ status: Int, _ body: String, _ isGone: Bool)
        {
            (self.provider, self.kind, self.id) = (provider, kind, id)
            (self.status, self.body, self.isGone) = (status, body, isGone)
        }
    }

    static let rows = [
        Row("microvm", "vm", "vm-1", 500, #"{"error":"vm not found: vm-1"}"#, true),
        Row("microvm", "vm", "vm-1", 404, #"{"error":"vm not found: vm-1"}"#, true),
        Row("microvm", "vm", "vm-1", 404, #"{"error":"VM not found: vm-1"}"#, true),
        Row("microvm", "vm", "vm-1", 500, #"{"error":"vm not found: vm-2"}"#, false),
        Row("microvm", "vm", "vm-1", 500, #"{"error":"vm not found: VM-1"}"#, false),
        Row("microvm", "vm", "vm-1", 500, #"{"error":"vm not found: vm-12"}"#, false),
        Row("microvm", "vm", "vm-1", 500, #"{"error":"cannot stop vm-1"}"#, false),
        Row("microvm", "vm", "vm-1", 404, #"{"error":"not found"}"#, false),
        Row("microvm", "vm", "vm-1", 404, "vm not found: vm-1", false),
        Row("fly", "machine", "m1", 404, #"{"error":"machine not found"}"#, true),
        Row("fly", "machine", "m1", 404, #"{"error":"App not found"}"#, false),
        Row("fly", "machine", "m1", 404, #"{"error":"Could not find App \"machine\""}"#, false),
        Row("fly", "machine", "m1", 404, #"{"error":"not found"}"#, false),
        Row("fly", "machine", "m1", 404, "<html>machine not found</html>", false),
        Row("fly", "volume", "vol_1", 404, #"{"error":"volume not found"}"#, true),
        Row("fly", "volume", "vol_1", 404, #"{"error":"Could not find volume \"vol_1\""}"#, true),
        Row("fly", "volume", "vol_1", 404, #"{"error":"machine not found"}"#, false),
        Row("fly", "volume", "vol_1", 500, #"{"error":"volume not found"}"#, false),
    ]

    @Test("only words about that very resource say so", arguments: rows)
    func removal(row: Row) async throws {
        let path = "/\(row.kind)s/\(row.id)"
        let scene = try ProviderScene(
            row.provider,
            [
                Endpoint("DELETE", path): [.status(row.status, row.body)],
                Endpoint("GET", path): [.status(row.status, row.body)],
            ])
        let resource = ProviderResource(kind: row.kind, id: row.id)
        if row.isGone {
            try await scene.provider.remove(resource)
            #expect(scene.http.count("DELETE", path) == 1, "it is not asked again")
            #expect(try await scene.provider.inspect(resource) == nil)
        } else {
            let error = await #expect(throws: (any Error).self) { try await scene.provider.remove(resource) }
            #expect(error.map { Failure($0).code } == .leak)
            await #expect(throws: (any Error).self) { try await scene.provider.inspect(resource) }
        }
    }

    @Test(
        "a worker's agent",
        arguments: [
            (#"{"error":"agent not found"}"#, true), (#"{"error":"agent not found: a-1"}"#, true),
            (#"{"error":"not found"}"#, false), (#"{"error":"agent not found: another"}"#, false),
        ])
    func agent(body: String, isGone: Bool) async throws {
        let scene = try ProviderScene("workers", [Endpoint("GET", "/agents/a-1"): [.status(404, body)]])
        let resource = ProviderResource(kind: "agent", id: "a-1")
        if isGone {
            #expect(try await scene.provider.inspect(resource) == nil)
        } else {
            await #expect(throws: (any Error).self) { try await scene.provider.inspect(resource) }
        }
    }

    @Test(
        "what is on its way out is gone",
        arguments: [("volume", "vol_1", "pending_destroy"), ("machine", "m1", "destroyed")])
    func leaving(kind: String, id: String, state: String) async throws {
        let path = "/\(kind)s/\(id)"
        let scene = try ProviderScene(
            "fly",
            [
                Endpoint("GET", path): [.status(200, #"{"id":"\#(id)","state":"\#(state)"}"#)],
                Endpoint("DELETE", path): [.status(409, #"{"error":"it is being destroyed"}"#)],
            ])
        let resource = ProviderResource(kind: kind, id: id)
        #expect(try await scene.provider.inspect(resource) == nil)
        try await scene.provider.remove(resource)
    }

    @Test("a volume is bound a moment longer than its machine is there; a lease on a machine lasts")
    func bound() async throws {
        let bound = SequencedHTTP.Answer.status(412, #"{"error":"volume is attached"}"#)
        let scene = try ProviderScene(
            "fly", [Endpoint("DELETE", "/volumes/vol_1"): [bound, bound, .status(200, "{}")]])
        try await scene.provider.remove(ProviderResource(kind: "volume", id: "vol_1"))
        #expect(scene.http.count("DELETE", "/volumes/vol_1") == 3)

        let leased = try ProviderScene(
            "fly", [Endpoint("DELETE", "/machines/m1"): [.status(412, #"{"error":"lease"}"#)]])
        await #expect(throws: ProviderError.self) {
            try await leased.provider.remove(ProviderResource(kind: "machine", id: "m1"))
        }
        #expect(leased.http.count("DELETE", "/machines/m1") == 1)
    }

    @Test(
        "what a volume is bound to may take 15 seconds to go, and no longer",
        arguments: [(14, true), (15, false)])
    func boundFor(seconds: Int, isRemoved: Bool) async throws {
        let bound = SequencedHTTP.Answer.status(412, #"{"error":"volume is attached"}"#)
        let scene = try ProviderScene(
            "fly",
            [
                Endpoint("DELETE", "/volumes/vol_1"): Array(repeating: bound, count: seconds) + [
                    .status(200, "{}")
                ]
            ])
        let volume = ProviderResource(kind: "volume", id: "vol_1")
        if isRemoved {
            try await scene.provider.remove(volume)
        } else {
            await #expect(throws: ProviderError.self) { try await scene.provider.remove(volume) }
        }
        #expect(scene.http.count("DELETE", "/volumes/vol_1") == 15)
    }

    static let removals = [
        ("", true), (" \n", true), ("{}", true), (#"{"ok":true}"#, true),
        (#"{"id":"x","state":"destroyed"}"#, true),
        ("null", true), ("<html><title>Sign in</title></html>", false), (#"{"ok":false}"#, false),
        (#"{"error":"not today"}"#, false), ("gone", false),
    ]

    @Test("a page instead of an answer has removed nothing", arguments: removals)
    func page(body: String, isRemoved: Bool) async throws {
        for (provider, kind, id) in [
            ("fly", "machine", "m1"), ("fly", "volume", "vol_1"), ("microvm", "vm", "vm-1"),
        ] {
            let path = "/\(kind)s/\(id)"
            let scene = try ProviderScene(
                provider,
                [
                    Endpoint("DELETE", path): [.status(200, body)],
                    Endpoint("GET", path): [.status(200, #"{"id":"\#(id)","state":"started"}"#)],
                ])
            let resource = ProviderResource(kind: kind, id: id)
            if isRemoved {
                try await scene.provider.remove(resource)
            } else {
                let error = await #expect(throws: ProviderError.self) {
                    try await scene.provider.remove(resource)
                }
                #expect(error?.failure.code == .leak)
                #expect(error?.failure.message.contains("does not say that it is removed") ?? false)
            }
        }
    }

    @Test("a removal that is only promised is looked after", arguments: [true, false])
    func promised(isGone: Bool) async throws {
        let path = "/vms/vm-1"
        let scene = try ProviderScene(
            "microvm",
            [
                Endpoint("DELETE", path): [.status(202, "")],
                Endpoint("GET", path): [
                    isGone
                        ? .status(404, #"{"error":"vm not found: vm-1"}"#) : .status(200, #"{"id":"vm-1"}"#)
                ],
            ])
        let vm = ProviderResource(kind: "vm", id: "vm-1")
        if isGone { return try await scene.provider.remove(vm) }
        let error = await #expect(throws: ProviderError.self) { try await scene.provider.remove(vm) }
        #expect(
            error?.failure.code == .leak && error?.failure.message.contains("not carried out yet") == true)
    }

    @Test("a removal whose answer says nothing is looked after: what is gone is gone")
    func lookedAfter() async throws {
        for answer in [SequencedHTTP.Answer.status(303, ""), .status(200, "<html>"), .silence] {
            let scene = try ProviderScene(
                "microvm",
                [
                    Endpoint("DELETE", "/vms/vm-1"): [answer],
                    Endpoint("GET", "/vms/vm-1"): [.status(404, #"{"error":"vm not found: vm-1"}"#)],
                ])
            try await scene.provider.remove(ProviderResource(kind: "vm", id: "vm-1"))
        }
    }
}
