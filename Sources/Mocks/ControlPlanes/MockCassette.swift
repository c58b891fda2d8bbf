import Foundation
import Providers
import Vocabulary

/// A control plane on loopback that answers from a cassette. No agents come of it: what it says to have made is not there.
package actor MockCassette: MockServer {
    private let server: LoopbackServer
    private let tape: CassetteTape

    /// - Parameter tape: one recording; its answers are given once each, but for GET.
    package init(port: UInt16 = 0, tape: CassetteTape) throws {
        server = try LoopbackServer(port: port)
        self.tape = tape
    }

    package nonisolated var url: String { "http://127.0.0.1:\(server.port)" }

    package func start() async {
        await server.start { stream in
            await HTTPExchange.serve(stream) { request in await self.respond(to: request) }
        }
    }

    package func stop() async { await server.stop() }

    private func respond(to request: ServerRequest) async -> ServerResponse? {
        let parts = request.head.startLine.split(separator: " ")
        let target = parts.count > 1 ? String(parts[1]) : request.path
        let body = request.body.isEmpty ? nil : String(decoding: request.body, as: UTF8.self)
        do {
            let exchange = try await tape.exchange(for: request.method, target, body)
            // The connection ends as it did then: without an answer.
            guard let status = exchange.status else { return nil }
            var fields: [(name: String, value: String)] = []
            for (name, value) in exchange.headers.sorted(by: { $0.key < $1.key }) {
                fields.append((name, await tape.filled(value)))
            }
            return ServerResponse(
                status: status, fields: fields, body: Array(await tape.answer(of: exchange).utf8))
        } catch {
            return .error(501, ([error.message] + error.hints).joined(separator: "; "))
        }
    }
}
