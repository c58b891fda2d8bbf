import Foundation

/// Named measurements, in the order in which they were taken.
struct Figures {
    private var all: [(name: String, value: Double)] = []

    mutating func set(_ name: String, _ value: Double) { all.append((name, value)) }

    /// Measures the duration of one call, in milliseconds.
    mutating func time<Value>(_ name: String, _ body: () async throws -> Value) async rethrows -> Value {
        let start = ContinuousClock.now
        let value = try await body()
        set(name, (ContinuousClock.now - start) / .milliseconds(1))
        return value
    }

    /// Measures how many calls are possible per second.
    mutating func rate(_ name: String, _ count: Int, _ body: (Int) async throws -> Void) async rethrows {
        let start = ContinuousClock.now
        for number in 0..<count { try await body(number) }
        set(name, Double(count) / ((ContinuousClock.now - start) / .seconds(1)))
    }

    var json: String {
        "{"
            + all.map { "\"\($0.name)\":\(($0.value * 1000).rounded() / 1000)" }.joined(separator: ",")
            + "}"
    }
}
