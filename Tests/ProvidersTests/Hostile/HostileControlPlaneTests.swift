import AgentCore
import Foundation
import Mocks
import TestSupport
import Testing
import Vocabulary

@testable import Providers

/// Every request of every provider, to a control plane that is of no use in every way.
@Suite("Hostile control planes", .timeLimit(.minutes(5)))
struct HostileControlPlaneTests {
    private static let token = "fly-token-of-the-test"

    /// A provider at an address, with a ledger of its own.
    private struct Scene {
        let provider: any Provider
        let ledger: ResourceLedger
        let recorder: ResourceRecorder

        init(
            _ name: String, at url: String, limiting target: ScriptedHTTP.Endpoint?, to limit: Duration,
            authorityFile: String? = nil
        ) throws {
            let http = ShortLimit(
                inner: CurlHTTPClient(authorityFile: authorityFile), target: target, limit: limit)
            let description = try #require(ProviderCatalogue.all(http: http).first { $0.name == name })
            let variables = [
                "FLY_API_TOKEN": HostileControlPlaneTests.token, "ANTHROPIC_API_KEY": "k",
                "PIKA_FLY_API_BASE_URL": url, "PIKA_WORKERS_BASE_URL": url, "PIKA_MICROVM_SPAWNER_URL": url,
            ]
            provider = try description.make(
                ParameterSet(description.parameters, given: [:], environment: variables),
                ProviderEnvironment(
                    variables: variables, clock: ImpatientClock(pauses: 8), log: EventLog()))
            ledger = try ResourceLedger(path: nil) { Int64(Date().timeIntervalSince1970 * 1000) }
            recorder = ResourceRecorder(
                ledger: ledger, provider: name, url: provider.controlPlane, suffix: PlaneStep.suffix)
        }
    }

    /// What a step ends with; nil where it succeeds.
    private func failure(of step: PlaneStep, in scene: Scene) async -> (any Error)? {
        do {
            try await step.run(scene.provider, scene.recorder)
            return nil
        } catch { return error }
    }

    private func expectClear(_ error: any Error, _ what: String, at url: String) {
        let failure = Failure(error)
        #expect(
            [.unreachable, .protocolError, .leak].contains(failure.code),
            "\(what): \(failure.code) \(failure)")
        // The address with its port, whatever the scheme.
        #expect(failure.message.contains(url.split(separator: "/").last ?? ""), "\(what): \(failure.message)")
        #expect(failure.description.utf8.count < 1500, "\(what): \(failure)")
        #expect(!failure.description.contains(Self.token), "\(what): the token is told")
    }

    @Test(
        "each ends with a clear error, and nothing is left that the ledger does not know",
        arguments: Hostility.all)
    func table(hostility: Hostility) async throws {
        for step in PlaneStep.all {
            let what = "\(step) \(hostility)"
            let server = try await HostileServer(PlaneStep.answers(step.provider), step.endpoint, hostility)
            let scene = try Scene(
                step.provider, at: server.url, limiting: step.endpoint,
                to: hostility.hangs ? .milliseconds(150) : .seconds(20))
            let error = await failure(of: step, in: scene)
            let open = await scene.ledger.open
            await server.stop()
            #expect(server.followed.isEmpty, "\(what): the redirect was followed")
            // The worker is asked what it has, and it has the agent with our key.
            if step.provider == "workers", step.isCreation, hostility.isUnclear {
                #expect(error == nil, "\(what): \(error.map { "\($0)" } ?? "")")
                continue
            }
            guard let error else {
                Issue.record("\(what) was taken for success")
                continue
            }
            // It waits on; the limit of the pipeline's step would end it.
            if step.waits, error is ImpatientClock.TooManyPauses { continue }
            expectClear(error, what, at: server.url)
            guard step.isCreation else {
                #expect(open.isEmpty, "\(what): \(open)")
                continue
            }
            let kind = ["/volumes": "volume", "/machines": "machine", "/agents": "agent", "/vms": "vm"][
                step.endpoint.path]
            #expect(
                open.map(\.kind) == (hostility.isUnclear ? [kind] : [])
                    && open.allSatisfy { $0.change == .intent },
                "\(what): \(open)")
            if hostility.isUnclear {
                #expect(
                    Failure(error).hints.contains { $0.contains("may have been created anyway") }, "\(what)")
            }
        }
    }

    @Test("cancelling ends it at once, at the server too", arguments: Hostility.all.filter(\.hangs))
    func cancelled(hostility: Hostility) async throws {
        for step in PlaneStep.all {
            let server = try await HostileServer(PlaneStep.answers(step.provider), step.endpoint, hostility)
            let scene = try Scene(
                step.provider, at: server.url, limiting: step.endpoint, to: .seconds(3600))
            let running = Task { await failure(of: step, in: scene) }
            await server.hasArrived()
            running.cancel()
            // Each of the two would take an hour otherwise.
            let error = await running.value
            await server.hasDeparted()
            #expect(error != nil, "\(step) \(hostility)")
            if step.isCreation {
                #expect(await scene.ledger.open.last?.change == .intent, "\(step) \(hostility)")
            }
            await server.stop()
        }
    }

    @Test("no connection comes about: nothing was done, and cancelling ends the attempt")
    func connecting() async throws {
        let full = try FullPort()
        let url = "http://127.0.0.1:\(full.port)"
        for step in PlaneStep.all where step.comesFirst {
            let scene = try Scene(step.provider, at: url, limiting: nil, to: .milliseconds(150))
            let error = await failure(of: step, in: scene)
            #expect(await scene.ledger.open.isEmpty, "\(step)")
            if step.waits, error is ImpatientClock.TooManyPauses { continue }
            expectClear(try #require(error), "\(step)", at: url)

            let patient = try Scene(step.provider, at: url, limiting: nil, to: .seconds(3600))
            let running = Task { await failure(of: step, in: patient) }
            await Task.yield()
            running.cancel()
            // It would take an hour otherwise.
            #expect(await running.value != nil, "\(step)")
        }
    }

    @Test(
        "a fault of TLS is named, nothing is sent, and the ledger has nothing to look for",
        .enabled(if: TLSServer.isAvailable, "no openssl command to be the server"))
    func encrypted() async throws {
        let (unknown, other, old) = (
            try await TLSServer(), try await TLSServer(name: "DNS:other.example"),
            try await TLSServer(isExpired: true)
        )
        let plain = try LoopbackServer()
        await plain.start { stream in
            _ = try? await stream.read(maximum: 10)
            try? await stream.write(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        }
        let faults: [(port: UInt16, authority: String?, words: String)] = [
            (unknown.port, nil, "signed by no authority known here"),
            (other.port, other.certificate, "is for another name"),
            (old.port, old.certificate, "has expired"),
            (plain.port, nil, "does not speak TLS there"),
        ]
        for step in PlaneStep.all where step.comesFirst {
            for fault in faults {
                let scene = try Scene(
                    step.provider, at: "https://localhost:\(fault.port)", limiting: step.endpoint,
                    to: .seconds(20), authorityFile: fault.authority)
                let error = await failure(of: step, in: scene)
                #expect(await scene.ledger.open.isEmpty, "\(step): \(fault.words)")
                if step.waits, error is ImpatientClock.TooManyPauses { continue }
                let failure = Failure(try #require(error))
                #expect(failure.message.contains(fault.words), "\(step): \(failure)")
            }
        }
        await plain.stop()
    }

    @Test("an answer about something else is none, and both ids are told")
    func wrongID() async throws {
        for step in PlaneStep.all where step.endpoint.method == "GET" && !step.endpoint.path.hasSuffix("wait")
        {
            var answers = PlaneStep.answers(step.provider)
            guard let good = answers[step.endpoint], good.contains("\"id\"") else { continue }
            answers[step.endpoint] = good.replacing(/"id":"[^"]*"/, with: "\"id\":\"somebody-elses\"")
            let server = try await HostileServer(answers, .init("NONE", ""), .resets)
            let scene = try Scene(step.provider, at: server.url, limiting: step.endpoint, to: .seconds(20))
            let error = try #require(await failure(of: step, in: scene), "\(step)")
            #expect(Failure(error).code == .protocolError, "\(step): \(error)")
            #expect(Failure(error).message.contains("somebody-elses"), "\(step): \(error)")
            await server.stop()
        }
    }

    @Test(
        "ten thousand rows are a list like any other", arguments: [("fly", "/machines"), ("microvm", "/vms")])
    func manyRows(provider: String, path: String) async throws {
        let endpoint = ScriptedHTTP.Endpoint("GET", path)
        let rows = (0..<10_000).map {
            #"{"id":"r\#($0)","state":"started","ip":"10.0.0.2","config":{"metadata":{"pika_agent":"\#($0)"}}}"#
        }
        var answers = PlaneStep.answers(provider)
        answers[endpoint] = "[\(rows.joined(separator: ","))]"
        let server = try await HostileServer(answers, .init("NONE", ""), .resets)
        let scene = try Scene(provider, at: server.url, limiting: endpoint, to: .seconds(60))
        #expect(try await scene.provider.list()?.count == 10_000)
        await server.stop()
    }
}
