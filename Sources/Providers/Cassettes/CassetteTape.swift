import Foundation
import Vocabulary

/// Plays a cassette: finds the recorded answer to a request by method, path, members of the body, and order.
package actor CassetteTape {
    private let exchanges: [CassetteExchange]
    private let name: String
    private var used = Set<Int>()
    /// Values of placeholders in this run.
    private var bindings: [String: String] = [:]

    /// - Parameter name: of the cassette, for messages.
    package init(_ cassette: Cassette, name: String) {
        exchanges = cassette.exchanges
        self.name = name
    }

    /// What was answered to such a request.
    ///
    /// A GET that comes more often than it was recorded gets the last answer again: how often somebody looks depends on time.
    ///
    /// - Throws: `Failure` (mismatch) for a request that was not recorded, with the nearest one.
    package func exchange(for method: String, _ path: String, _ body: String?) throws(Failure)
        -> CassetteExchange
    {
        let shape = CassetteJSON(body)?.shape
        let fitting = exchanges.indices.filter { index in
            let recorded = exchanges[index]
            return recorded.method == method && matches(recorded.path, path)
                && CassetteJSON(recorded.request)?.shape == shape
        }
        let isRepeatable = ["GET", "HEAD"].contains(method)
        guard let index = fitting.first(where: { !used.contains($0) }) ?? (isRepeatable ? fitting.last : nil)
        else {
            throw unrecorded(method, path, body, isUsedUp: !fitting.isEmpty)
        }
        used.insert(index)
        bind(exchanges[index].path, path)
        bind(CassetteJSON(exchanges[index].request), CassetteJSON(body))
        return exchanges[index]
    }

    /// The recorded answer, with this run's values; those that only the server knows come from `live`, an answer to the same request.
    package func answer(of exchange: CassetteExchange, live: String? = nil) -> String {
        bind(CassetteJSON(exchange.answer), CassetteJSON(live))
        return filled(exchange.answer)
    }

    package func filled(_ text: String) -> String {
        bindings.sorted { $0.key.count > $1.key.count }.reduce(text) { $0.replacing($1.key, with: $1.value) }
    }

    // MARK: Matching

    /// Whether a text is a placeholder, and nothing else.
    private static func isSign(_ text: String) -> Bool { text.wholeMatch(of: #/‹[a-z]+:[0-9]+›/#) != nil }

    private func matches(_ recorded: String, _ path: String) -> Bool {
        let (a, b) = (Self.segments(recorded), Self.segments(path))
        return a.count == b.count
            && zip(a, b).allSatisfy { recorded, given in
                if let known = bindings[recorded] { return known == given }
                return recorded == given || Self.isSign(recorded)
                    || filled(recorded) == given
            }
    }

    private static func segments(_ path: String) -> [String] {
        path.split(omittingEmptySubsequences: false, whereSeparator: { "/?&=".contains($0) }).map(String.init)
    }

    private func bind(_ recorded: String, _ path: String) {
        for (sign, value) in zip(Self.segments(recorded), Self.segments(path)) { bind(sign: sign, value) }
    }

    private func bind(_ recorded: CassetteJSON?, _ given: CassetteJSON?) {
        guard let recorded, let given else { return }
        for (path, texts) in recorded.texts {
            for (text, value) in zip(texts, given.texts[path] ?? []) { bind(sign: text, value) }
        }
    }

    private func bind(sign: String, _ value: String) {
        if Self.isSign(sign), bindings[sign] == nil { bindings[sign] = value }
    }

    // MARK: What was not recorded

    private func unrecorded(_ method: String, _ path: String, _ body: String?, isUsedUp: Bool) -> Failure {
        let hint = "record it again: --record DIR"
        guard !isUsedUp else {
            let count = exchanges.count { $0.method == method && matches($0.path, path) }
            return Failure(
                .mismatch,
                "\(method) \(path.cut(to: 200)) came more often than it was recorded in \(name) (\(count) times)",
                hints: [hint])
        }
        let message = "\(method) \(path.cut(to: 200)) was not recorded in \(name)"
        guard let nearest = exchanges.min(by: { distance($0, method, path) < distance($1, method, path) })
        else {
            return Failure(.mismatch, message, hints: ["nothing was recorded there", hint])
        }
        var hints = [
            "nearest: \(nearest.method) \(filled(nearest.path).cut(to: 200)) (number \(nearest.number))"
        ]
        if nearest.method == method, matches(nearest.path, path) {
            let (recorded, given) = (
                CassetteJSON(nearest.request)?.shape ?? [], CassetteJSON(body)?.shape ?? []
            )
            hints += recorded.subtracting(given).sorted().prefix(10).map { "- \($0.dropFirst())" }
            hints += given.subtracting(recorded).sorted().prefix(10).map { "+ \($0.dropFirst())" }
        }
        return Failure(.mismatch, message, hints: hints + [hint])
    }

    /// How unlike they are: segments of the path that differ, and the method.
    private func distance(_ exchange: CassetteExchange, _ method: String, _ path: String) -> Int {
        let (a, b) = (Self.segments(exchange.path), Self.segments(path))
        let differing = zip(a, b).count { $0 != $1 && !Self.isSign($0) }
        return differing * 2 + abs(a.count - b.count) * 3 + (exchange.method == method ? 0 : 1)
    }
}
