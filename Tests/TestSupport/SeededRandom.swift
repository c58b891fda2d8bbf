import Cryptography

/// Randomness that repeats: a hash chain over a seed. Never outside tests.
package final class SeededRandom: RandomSource, @unchecked Sendable {
    // Tests draw from one task at a time; the class is `@unchecked Sendable` only to satisfy the protocol.
    private var state: [UInt8]

    package init(_ seed: String) { state = SHA256.hash(Array(seed.utf8)) }

    package func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            state = SHA256.hash(state)
            result += SHA256.hash(state + [1])
        }
        return Array(result.prefix(count))
    }
}
