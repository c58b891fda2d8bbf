import Cryptography
import Mocks
import TestSupport
import Testing
import Vocabulary

@testable import Nostr

@Suite("RelayConnection, by a clock that the test turns", .timeLimit(.minutes(4)))
struct RelayConnectionTests {
    /// Makes each pause the shortest that its schedule allows.
    private struct Zeros: RandomSource {
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    }

    private struct Scene: Sendable {
        let clock: ManualClock
        let relay: FrameRelay
        let connection: RelayConnection
        let reports: RelayReports
        let inbox: BoundedQueue<RelayItem>

        /// Ends the pause before the next connection.
        ///
        /// - Returns: how long it was.
        func waitOut() async -> Duration {
            // Shorter than whatever else takes time in here.
            let pause = await clock.pause(in: .milliseconds(1)...(.seconds(9)))
            clock.advance(by: pause)
            return pause
        }

        func nextDelivery() async -> RelayDelivery? { await inbox.next()?.delivery }
    }

    private func withConnection(_ body: (Scene) async throws -> Void) async throws {
        let clock = ManualClock()
        let relay = try FrameRelay()
        await relay.start()
        let reports = RelayReports()
        var environment = RelayEnvironment(clock: clock, random: Zeros())
        environment.retry = RetrySchedule(first: .seconds(2), longest: .seconds(300))
        environment.connectTimeout = .seconds(100)
        environment.pingInterval = .seconds(30)
        let connection = RelayConnection(relay.url, environment: environment) { reports.add($0) }
        let inbox = BoundedQueue<RelayItem>(limit: 1000)
        await connection.subscribe("s", [Filter(kinds: [.chatMessage])], into: inbox)
        let outcome: Result<Void, any Error>
        do {
            try await body(
                Scene(clock: clock, relay: relay, connection: connection, reports: reports, inbox: inbox))
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await connection.stop()
        await relay.stop()
        try outcome.get()
    }

    @Test("a relay that is silent is asked for a sign of life once, and given up at the next time")
    func silence() async throws {
        try await withConnection { scene in
            let socket = try await scene.relay.connection()
            #expect(try await socket.message(with: "REQ") != nil)
            await scene.clock.pause(of: .seconds(30), orUpTo: .seconds(30))
            scene.clock.advance(by: .seconds(30))
            #expect(try await socket.next() == .ping([]))
            await scene.clock.pause(of: .seconds(30), orUpTo: .seconds(30))
            scene.clock.advance(by: .seconds(30))
            let last = try await socket.next()
            if case .ping? = last { Issue.record("the silent relay was kept") }
            await scene.reports.wait(for: ["stopped responding"])
        }
    }

    @Test("a relay that answers pings is kept, and its own pings are answered")
    func pings() async throws {
        try await withConnection { scene in
            let socket = try await scene.relay.connection()
            #expect(try await socket.message(with: "REQ") != nil)
            for round in 0..<3 {
                await scene.clock.pause(of: .seconds(30), orUpTo: .seconds(30))
                scene.clock.advance(by: .seconds(30))
                #expect(try await socket.next() == .ping([]))
                // Its own ping is a sign of life, too.
                try await socket.send(round == 1 ? .ping : .pong, [7])
                if round == 1 { #expect(try await socket.next() == .pong([7])) }
                // Whatever comes behind it was read, and so was it.
                try await socket.send(#"["EOSE","s"]"#)
                while let delivery = await scene.nextDelivery(), delivery != .endOfStoredEvents {}
            }
        }
    }

    @Test(
        "a relay that closes soon is called after longer and longer pauses, whatever it said before",
        arguments: [nil, #"["NOTICE","hello"]"#, #"["AUTH","who"]"#, #"["EOSE","s"]"#])
    func growingPauses(greeting: String?) async throws {
        try await withConnection { scene in
            var pauses: [Duration] = []
            for _ in 0..<4 {
                let socket = try await scene.relay.connection()
                #expect(try await socket.message(with: "REQ") != nil)
                if let greeting { try await socket.send(greeting) }
                await socket.close()
                pauses.append(await scene.waitOut())
            }
            #expect(pauses == [1, 2, 4, 8].map(Duration.seconds))
        }
    }

    @Test("after a connection that was useful for a while the pauses are short again")
    func usefulConnection() async throws {
        try await withConnection { scene in
            for _ in 0..<3 {
                await (try await scene.relay.connection()).close()
                _ = await scene.waitOut()
            }
            let socket = try await scene.relay.connection()
            try await socket.send(#"["EOSE","s"]"#)
            while let delivery = await scene.nextDelivery(), delivery != .endOfStoredEvents {}
            await scene.clock.pause(of: .seconds(10), orUpTo: .seconds(10))
            scene.clock.advance(by: .seconds(10))
            while await !scene.connection.isSettled { await Task.yield() }
            await socket.close()
            #expect(await scene.waitOut() == .seconds(1))
        }
    }

    @Test("a connection that stood for a while and was of no use counts as a failure")
    func uselessConnection() async throws {
        try await withConnection { scene in
            await (try await scene.relay.connection()).close()
            #expect(await scene.waitOut() == .seconds(1))
            let socket = try await scene.relay.connection()
            await scene.clock.pause(of: .seconds(10), orUpTo: .seconds(10))
            scene.clock.advance(by: .seconds(10))
            while await !scene.connection.isSettled { await Task.yield() }
            await socket.close()
            #expect(await scene.waitOut() == .seconds(2))
        }
    }

    @Test("what a relay says is shown each once, and not without end")
    func notices() async throws {
        try await withConnection { scene in
            let socket = try await scene.relay.connection()
            for number in 0..<50 {
                for _ in 0..<3 { try await socket.send("[\"NOTICE\",\"text \(number)\"]") }
            }
            try await socket.send(#"["EOSE","s"]"#)
            while let delivery = await scene.nextDelivery(), delivery != .endOfStoredEvents {}
            let shown = scene.reports.texts.filter { $0.contains("the relay says: ") }
            #expect(shown.count == 20 && Set(shown).count == 20)
            #expect(scene.reports.texts.filter { $0.contains("is not shown any more") }.count == 1)
        }
    }

    /// Nothing else keeps a relay that sends faster than we work from filling our memory.
    @Test("what waits is bounded in bytes, whatever the number of events")
    func bounded() async throws {
        try await withConnection { scene in
            let socket = try await scene.relay.connection()
            for number in 0..<40 {
                let event = try Rumor(
                    author: TestKeys.alice.publicKey, createdAt: 1, kind: .chatMessage, content: "\(number)"
                ).signed(by: TestKeys.alice, random: SeededRandom("\(number)"))
                try await socket.send(RelayMessageText.event(subscription: "s", event))
            }
            try await socket.send(#"["EOSE","s"]"#)
            // Each takes more than 256 bytes, and 1000 have room.
            while scene.inbox.waitingBytes < 3 * 256 { await Task.yield() }
            var count = 0
            while let delivery = await scene.nextDelivery(), delivery != .endOfStoredEvents {
                #expect(scene.inbox.waitingBytes <= 1000)
                if case .event = delivery { count += 1 }
            }
            #expect(count == 40)
        }
    }
}
