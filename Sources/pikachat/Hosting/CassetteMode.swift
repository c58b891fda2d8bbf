import AgentCore
import Foundation
import PikaShell
import Providers
import Vocabulary

/// `--record DIR` and `--replay DIR`.
enum CassetteMode: Equatable, Sendable {
    case none
    case record(String)
    case replay(String)

    static let options = [
        OptionSpec(
            "--record", placeholder: "DIR",
            help: "writes what control planes and relays say into a folder for each file, without secrets"),
        OptionSpec(
            "--replay", placeholder: "DIR",
            help: "control planes answer from a recording, relay and agent are mocks; no network"),
    ]

    /// - Throws: `Failure` (usage).
    init(_ arguments: ParsedArguments) throws(Failure) {
        switch (arguments.value("--record"), arguments.value("--replay")) {
        case (nil, nil): self = .none
        case (let directory?, nil): self = .record(directory)
        case (nil, let directory?): self = .replay(directory)
        case (_?, _?): throw Failure(.usage, "either --record or --replay")
        }
    }

    var isReplay: Bool { if case .replay = self { true } else { false } }

    /// - Throws: `Failure` (usage) where two runs would share one recording.
    func check(_ runs: [(script: String, values: Matrix.Combination)]) throws(Failure) {
        let directory: String
        switch self {
        case .none: return
        case .record(let folder), .replay(let folder): directory = folder
        }
        var known: [String: String] = [:]
        for (script, values) in runs {
            let folder = Cassette.folder(
                in: directory, script: script, values: values.map { (key: $0.key, value: $0.value) })
            if let other = known[folder] {
                throw Failure(
                    .usage, "\(other) and \(script) would share the recording \(folder)",
                    hints: ["give one of them another name, or run them one by one with a folder for each"])
            }
            known[folder] = script
        }
    }

    /// The cassette of one file.
    ///
    /// - Throws: `Failure` (usage) for one that cannot be played.
    func reel(script: String, values: Matrix.Combination, log: EventLog) throws(Failure) -> CassetteReel? {
        let pairs = values.map { (key: $0.key, value: $0.value) }
        switch self {
        case .none: return nil
        case .record(let directory):
            let writer = CassetteWriter(
                masking: log.masking, began: Int64(Date().timeIntervalSince1970 * 1000))
            let (events, continuation) = AsyncStream<EventRecord>.makeStream()
            log.listen { continuation.yield($0) }
            let collecting = Task { for await record in events { await writer.add(record) } }
            let folder = Cassette.folder(in: directory, script: script, values: pairs)
            return .recording(writer) { () async throws in
                continuation.finish()
                await collecting.value
                try await writer.write(to: folder, script: script, values: pairs)
            }
        case .replay(let directory):
            let folder = Cassette.folder(in: directory, script: script, values: pairs)
            guard FileManager.default.fileExists(atPath: folder) else {
                throw Failure(
                    .usage, "there is no recording of \(script) in \(directory)",
                    hints: ["it would be \(folder)", "--record \(directory) makes one"])
            }
            let cassette = try Cassette(folder: folder)
            return .playing(CassetteTape(cassette, name: folder), replies: cassette.replies)
        }
    }
}

/// A cassette in use.
enum CassetteReel: Sendable {
    /// - finish: writes it; called once, at the end.
    case recording(CassetteWriter, finish: @Sendable () async throws -> Void)
    case playing(CassetteTape, replies: [String])

    /// The client through it.
    ///
    /// - Parameter isMock: whether an address is that of a mock in this process.
    func client(
        over inner: any HTTPClient, clock: any Clock<Duration>, isMock: @escaping @Sendable (String) -> Bool
    ) -> any HTTPClient {
        switch self {
        case .recording(let writer, _): RecordingHTTPClient(inner: inner, writer: writer, clock: clock)
        case .playing(let tape, _): ReplayingHTTPClient(inner: inner, tape: tape, isMock: isMock)
        }
    }

    func finish() async throws {
        if case .recording(_, let finish) = self { try await finish() }
    }
}
