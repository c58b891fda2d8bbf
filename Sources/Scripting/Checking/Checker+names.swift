import Vocabulary

/// Names that a script gives and uses.
extension Checker {
    mutating func checkNaming(_ naming: Naming, _ word: Word) {
        if naming.creates { return known.create(naming.kind, word.literal) }
        defer { if naming.ends, !isTried, let name = word.literal { known.end(naming.kind, name) } }
        guard !isTried, let name = word.literal, let names = known.known(naming.kind), !names.contains(name),
            // A session of one turn of a loop: a@VALUE.
            !(name.firstIndex(of: "@").map { names.contains(String(name[..<$0])) } ?? false)
        else { return }
        let nearest = Suggestion.nearest(to: name, among: names.sorted()).map { "did you mean \($0)?" }
        let list = names.isEmpty ? "there is none yet" : "known: \(names.sorted().joined(separator: ", "))"
        report(
            .unknownName, "there is no \(naming.kind) \(name)", word.range, [nearest, list].compactMap { $0 })
    }

    /// Names that scripts may give: in lower case, and not taken by the language.
    mutating func checkName(_ name: String, _ range: SourceRange, _ what: String) {
        if catalogue.variables.contains(name) {
            report(
                .takenName,
                "\(name) is a variable of the language: \(what) cannot set it", range, ["choose another name"]
            )
        } else if name != name.lowercased() {
            report(
                .takenName,
                "local names are in lower case: \(name.lowercased())", range,
                ["upper case is for inputs: env \(name)"])
        } else if name.isEmpty
            || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
            || name.first?.isNumber ?? true
        {
            // `as=` may hold a session's name, too, which may have dashes.
            guard
                what != "as="
                    || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) })
                    || name.isEmpty
            else { return }
            report(.takenName, "\(name) is not a name: letters, digits and _ only, a letter first", range)
        }
    }
}
