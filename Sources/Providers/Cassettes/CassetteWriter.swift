import Foundation
import Vocabulary

/// Records one run, in memory, and writes it when the run has ended.
package actor CassetteWriter {
    private var exchanges: [CassetteExchange] = []
    private var relayEvents: [Cassette.RelayEvent] = []
    private var text: CassetteText
    private let began: Int64

    /// - Parameters:
    ///   - masking: of the run: secrets do not get into a cassette.
    ///   - began: milliseconds since 1970.
    package init(masking: Masking, began: Int64) {
        text = CassetteText(masking: masking)
        self.began = began
    }

    func add(
        _ request: HTTPRequest, _ result: Result<HTTPResponse, any Error>, at time: Int64, ms: Int
    ) {
        let body = request.body.map { text.request(String(decoding: $0, as: UTF8.self)) }
        var exchange = CassetteExchange(
            number: exchanges.count + 1, at: Int(time - began), ms: ms, method: request.method,
            path: text.masked(request.url.withoutServer), request: body, headers: [:], answer: "")
        switch result {
        case .success(let response):
            exchange.status = response.status
            exchange.headers = response.headers.filter { CassetteExchange.keptHeaders.contains($0.key) }
                .mapValues { text.masked($0) }
            exchange.answer = text.masked(response.text)
        case .failure(let error): exchange.failed = text.masked(Failure(error).message)
        }
        exchanges.append(exchange)
    }

    /// What happened at relays; other events are not looked at.
    package func add(_ record: EventRecord) {
        let event = record.event
        let isOfRelays =
            event.name.hasPrefix("relay.")
            || ["sent", "reply", "message", "keypackage.found", "welcome.sent"].contains(event.name)
        guard isOfRelays else { return }
        relayEvents.append(
            .init(
                at: Int(record.time - began), event: event.name, session: event.session,
                text: event.fields["text"].map { text.masked($0.description) },
                relay: event.fields["relay"]?.description))
    }

    /// - Throws: `Failure` (require) when it cannot be written.
    package func write(to folder: String, script: String, values: [(key: String, value: String)])
        throws(Failure)
    {
        let about = Cassette.About(
            version: Cassette.version, script: script,
            values: Dictionary(values.map { ($0.key, $0.value) }) { $1 },
            exchanges: exchanges.count, relayEvents: relayEvents.count)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            func write(_ name: String, _ lines: [Data]) throws {
                var data = Data()
                for line in lines { data += line + [10] }
                try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
            }
            try write(Cassette.exchanges, exchanges.map { try encoder.encode($0) })
            try write(Cassette.relay, relayEvents.map { try encoder.encode($0) })
            try write(Cassette.about, [encoder.encode(about)])
        } catch {
            throw Failure(
                .require, "the cassette \(folder) could not be written: \(error.localizedDescription)")
        }
    }
}

/// Hands every exchange to a cassette.
package struct RecordingHTTPClient: HTTPClient {
    private let inner: any HTTPClient
    private let writer: CassetteWriter
    private let clock: any Clock<Duration>

    package init(inner: any HTTPClient, writer: CassetteWriter, clock: any Clock<Duration>) {
        (self.inner, self.writer, self.clock) = (inner, writer, clock)
    }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let time = Int64(Date().timeIntervalSince1970 * 1000)
        var result: Result<HTTPResponse, any Error> = .failure(CancellationError())
        let elapsed = await clock.elapsed {
            do { result = .success(try await inner.send(request)) } catch { result = .failure(error) }
        }
        await writer.add(request, result, at: time, ms: elapsed.wholeMilliseconds)
        return try result.get()
    }
}
