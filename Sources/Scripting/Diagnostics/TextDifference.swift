/// What differs between two texts, line by line.
enum TextDifference {
    private static let context = 2
    private static let maximumLines = 60

    /// Lines with `-`, `+` or a blank in front: those of the old text, of the new one, of both; what is far from any difference is left out.
    static func lines(from old: String, to new: String) -> [String] {
        func split(_ text: String) -> [Substring] {
            text.split(separator: "\n", omittingEmptySubsequences: false)
        }
        let (before, after) = (split(old), split(new))
        let all = merged(before, after)
        let changed = all.indices.filter { all[$0].sign != " " }
        let kept = Set(changed.flatMap { ($0 - context)...($0 + context) })
        var result: [String] = []
        var isLeftOut = false
        for place in all.indices {
            guard kept.contains(place) else {
                isLeftOut = true
                continue
            }
            if isLeftOut { result.append("…") }
            isLeftOut = false
            result.append("\(all[place].sign) \(all[place].line.prefix(200))")
        }
        return result.count <= maximumLines
            ? result : result.prefix(maximumLines) + ["… \(result.count - maximumLines) more lines"]
    }

    private static func merged(_ old: [Substring], _ new: [Substring]) -> [(sign: Character, line: Substring)]
    {
        // Texts that have little in common take a shortest edit script long to find: then all of one, and all of the other.
        let isLarge = old.count.multipliedReportingOverflow(by: max(1, new.count)).partialValue > 4_000_000
        let difference = isLarge ? nil : new.difference(from: old)
        let removed = Set((difference?.removals ?? []).map(\.place))
        let added = Set((difference?.insertions ?? []).map(\.place))
        var merged: [(Character, Substring)] = []
        var (a, b) = (0, 0)
        while a < old.count || b < new.count {
            if a < old.count, isLarge || removed.contains(a) {
                merged.append(("-", old[a]))
                a += 1
            } else if b < new.count, isLarge || added.contains(b) {
                merged.append(("+", new[b]))
                b += 1
            } else {
                merged.append((" ", old[a]))
                a += 1
                b += 1
            }
        }
        return merged
    }
}

extension CollectionDifference.Change {
    fileprivate var place: Int {
        switch self {
        case .insert(let place, _, _), .remove(let place, _, _): place
        }
    }
}
