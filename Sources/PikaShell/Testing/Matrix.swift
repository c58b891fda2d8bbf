import Vocabulary

/// `--matrix K=a,b,c` and `--exclude K=a,L=b`: the values with which each file runs.
///
/// ```swift
/// let matrix = try Matrix(["PROVIDER=fly,workers", "CPU=1,2"], excluding: ["PROVIDER=fly,CPU=2"])
/// matrix.combinations(of: ["PROVIDER", "CPU"])  // three of four
/// ```
package struct Matrix: Equatable, Sendable {
    /// One value for each key, in the order of the keys.
    package typealias Combination = [Setting]

    /// `K=a`
    package struct Setting: Hashable, Sendable, CustomStringConvertible {
        package let key: String
        package let value: String
        package var description: String { "\(key)=\(value)" }
    }

    /// Keys in the order in which they were given.
    package let keys: [String]
    private let values: [String: [String]]
    private let exclusions: [[Setting]]

    /// More runs of one file are a mistake.
    private static let maximumCombinations = 1000

    /// - Throws: `Failure` (usage) for what cannot be read, a key given twice, an exclusion that leaves out nothing.
    package init(_ texts: [String] = [], excluding exclusions: [String] = []) throws(Failure) {
        var (keys, values): ([String], [String: [String]]) = ([], [:])
        for text in texts {
            let (key, list) = try Self.split(text, "--matrix")
            let items = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard items.allSatisfy({ !$0.isEmpty }), Set(items).count == items.count else {
                throw Failure(.usage, "--matrix \(text.cut(to: 80)): a value is empty, or there twice")
            }
            guard values[key] == nil else {
                throw Failure(
                    .usage, "--matrix \(key) is given twice",
                    hints: ["all values in one: --matrix \(key)=a,b"])
            }
            keys.append(key)
            values[key] = items
        }
        guard
            values.values.reduce(1, { $0.multipliedReportingOverflow(by: $1.count).partialValue })
                <= Self.maximumCombinations
        else {
            throw Failure(.usage, "--matrix makes more than \(Self.maximumCombinations) combinations")
        }
        (self.keys, self.values) = (keys, values)
        self.exclusions = try exclusions.map { text throws(Failure) in
            try text.split(separator: ",").map { part throws(Failure) in
                let (key, value) = try Self.split(String(part), "--exclude")
                guard values[key]?.contains(value) ?? false else {
                    throw Failure(
                        .usage, "--exclude \(key)=\(value): --matrix has no such value",
                        hints: values.isEmpty ? [] : ["keys: \(keys.joined(separator: ", "))"])
                }
                return Setting(key: key, value: value)
            }
        }
    }

    private static func split(_ text: String, _ option: String) throws(Failure) -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw Failure(
                .usage, "\(option) \(text.cut(to: 80)) is not written K=a",
                hints: [
                    option == "--matrix" ? "--matrix PROVIDER=fly,workers" : "--exclude PROVIDER=fly,CPU=2"
                ])
        }
        return (String(parts[0]), String(parts[1]))
    }

    /// All combinations of the keys that a script declares; one empty one where it declares none.
    package func combinations(of declared: Set<String>) -> [Combination] {
        var all: [Combination] = [[]]
        for key in keys where declared.contains(key) {
            all = all.flatMap { combination in
                (values[key] ?? []).map { combination + [Setting(key: key, value: $0)] }
            }
        }
        return all.filter { combination in
            !exclusions.contains { !$0.isEmpty && $0.allSatisfy(combination.contains) }
        }
    }
}
