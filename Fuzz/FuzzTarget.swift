/// A decoder under test, with its seeds. Any trap is a bug in Sources; thrown errors are fine.
struct FuzzTarget: Sendable {
    let name: String
    let seeds: [[UInt8]]
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, seeds: [[UInt8]], _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.seeds = seeds
        // Rejecting an input is legitimate behavior of a decoder.
        self.run = { bytes in try? run(bytes) }
    }
}
