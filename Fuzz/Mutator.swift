/// Reproducible mutations, driven by a small pseudorandom generator (SplitMix64).
struct Mutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }

    /// Applies one to six changes to an input: flips a bit, inserts, removes, repeats or truncates bytes, or
    /// sets them to extreme values.
    mutating func mutated(_ seed: [UInt8]) -> [UInt8] {
        var bytes = seed
        for _ in 0...below(6) {
            guard !bytes.isEmpty else {
                bytes.append(UInt8(truncatingIfNeeded: next()))
                continue
            }
            let place = below(bytes.count)
            switch below(7) {
            case 0: bytes[place] ^= 1 << UInt8(below(8))
            case 1: bytes[place] = [0, 0xff, 0x7f, 0x80, 0x40, 0xc0][below(6)]
            case 2: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
            case 3: bytes.remove(at: place)
            case 4: bytes.removeLast(bytes.count - place)
            case 5:
                let end = min(bytes.count, place + 1 + below(16))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            default:
                for index in place..<min(bytes.count, place + 4) { bytes[index] = 0xff }
            }
        }
        return bytes
    }
}
