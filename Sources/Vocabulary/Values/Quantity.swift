/// A number, a duration or a size, compared exactly: as many digits as there are, no floating point.
package struct Quantity: Equatable, Sendable {
    package enum Dimension: String, Equatable, Sendable { case number, duration, size }

    package let dimension: Dimension
    private let isNegative: Bool
    /// In the dimension's smallest unit, without leading zeros.
    private let whole: [UInt8]
    /// Without trailing zeros.
    private let fraction: [UInt8]

    /// Factors to nanoseconds and to bytes, as powers of ten times a small number.
    private static let units: [(suffix: String, dimension: Dimension, factor: Int)] = [
        ("ms", .duration, 1), ("s", .duration, 1000), ("m", .duration, 60_000), ("h", .duration, 3_600_000),
        ("kib", .size, 1 << 10), ("mib", .size, 1 << 20), ("gib", .size, 1 << 30), ("kb", .size, 1 << 10),
        ("mb", .size, 1 << 20), ("gb", .size, 1 << 30),
    ]

    /// Reads `12`, `-1.50`, `1e3`, `500ms`, `2h`, `512mb`; nil for anything else.
    package init?(_ text: String) {
        var body = Substring(text.lowercased())
        let unit = Self.units.first {
            body.hasSuffix($0.suffix) && body.dropLast($0.suffix.count).last?.isNumber == true
        }
        if let unit { body = body.dropLast(unit.suffix.count) }
        let isNegative = body.hasPrefix("-")
        if isNegative || body.hasPrefix("+") { body = body.dropFirst() }
        var exponent = 0
        if let mark = body.firstIndex(of: "e") {
            // A size that no script needs would only cost time.
            guard let power = Int(body[body.index(after: mark)...]), abs(power) <= 10_000 else { return nil }
            exponent = power
            body = body[..<mark]
        }
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty, parts.count == 1 || !parts[1].isEmpty,
            body.utf8.allSatisfy({ $0 == 0x2e || (0x30...0x39).contains($0) })
        else { return nil }
        var digits = parts.joined().utf8.map { $0 - 0x30 }
        var places = (parts.count == 2 ? parts[1].count : 0) - exponent
        if let unit { digits = Self.multiply(digits, by: unit.factor) }
        if places < 0 {
            digits += [UInt8](repeating: 0, count: -places)
            places = 0
        }
        if digits.count < places { digits = [UInt8](repeating: 0, count: places - digits.count) + digits }
        whole = Array(digits.dropLast(places).drop { $0 == 0 })
        var fraction = Array(digits.suffix(places))
        while fraction.last == 0 { fraction.removeLast() }
        self.fraction = fraction
        dimension = unit?.dimension ?? .number
        self.isNegative = isNegative && !(whole.isEmpty && fraction.isEmpty)
    }

    private static func multiply(_ digits: [UInt8], by factor: Int) -> [UInt8] {
        var (result, carry): ([UInt8], Int) = ([], 0)
        for digit in digits.reversed() {
            carry += Int(digit) * factor
            result.append(UInt8(carry % 10))
            carry /= 10
        }
        while carry > 0 {
            result.append(UInt8(carry % 10))
            carry /= 10
        }
        return result.reversed()
    }

    package static let zero = Quantity(zero: .number)

    private init(zero dimension: Dimension) {
        (self.dimension, isNegative, whole, fraction) = (dimension, false, [], [])
    }

    /// Below zero, zero or above zero, as this one is less, equal or greater; nil for different dimensions.
    package func order(_ other: Quantity) -> Int? {
        guard dimension == other.dimension else { return nil }
        guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
        return isNegative ? other.magnitude(self) : magnitude(other)
    }

    private func magnitude(_ other: Quantity) -> Int {
        if whole.count != other.whole.count { return whole.count < other.whole.count ? -1 : 1 }
        for (a, b) in zip(whole, other.whole) where a != b { return a < b ? -1 : 1 }
        for (a, b) in zip(fraction, other.fraction) where a != b { return a < b ? -1 : 1 }
        return (fraction.count - other.fraction.count).signum()
    }
}
