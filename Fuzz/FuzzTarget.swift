/// One decoder under test: seeds, and what to do with bytes. Any trap is a bug in Sources; thrown errors are fine.
struct FuzzTarget: Sendable {
    let name: String
    let seeds: [[UInt8]]
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, seeds: [[UInt8]], _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.seeds = seeds
        // Refusing an input is what a decoder is for.
        self.run = { bytes in try? run(bytes) }
    }
}
