import Foundation
import Synchronization

/// Ids in recorded answers, with those that the mocks have given to the same things.
final class LiveIDs: Sendable {
    private struct Named: Decodable { let id: String }

    private let pairs = Mutex<[(recorded: String, live: String)]>([])

    func learn(recorded: String, live: String?) {
        guard let live, let ours = try? JSONDecoder().decode(Named.self, from: Data(recorded.utf8)).id,
            let theirs = try? JSONDecoder().decode(Named.self, from: Data(live.utf8)).id, ours != theirs,
            ours.count >= 4
        else { return }
        pairs.withLock { $0.append((ours, theirs)) }
    }

    /// The request as the mocks understand it.
    func translated(_ request: HTTPRequest) -> HTTPRequest {
        var request = request
        for (recorded, live) in pairs.withLock({ $0 }) {
            request.url = request.url.replacing(recorded, with: live)
            request.body = request.body.map {
                Array(String(decoding: $0, as: UTF8.self).replacing(recorded, with: live).utf8)
            }
        }
        return request
    }
}
