import Vocabulary

/// A command's words, sorted into its own, its parameters and the universal ones.
struct SortedWords {
    let description: CommandDescription
    let parameters: [Parameter]
    private(set) var arguments: [Word] = []
    private(set) var keyed: [(parameter: Parameter, word: Word)] = []
    private(set) var universal: [(parameter: Parameter, word: Word)] = []

    init(description: CommandDescription, parameters: [Parameter]) {
        (self.description, self.parameters) = (description, parameters)
    }

    mutating func sort(_ words: ArraySlice<Word>) throws(Diagnostic) {
        switch description.words {
        case .none, .list: for word in words { try add(word) }
        // The command reads every word itself.
        case .raw: arguments = Array(words)
        // Parameters come first; from the first word on everything is text, whatever it looks like.
        case .text:
            let text = words.drop { isParameter($0) }
            for word in words[..<text.startIndex] { try add(word) }
            arguments = Array(text)
        case .code(let leadingWords):
            var rest = words
            // `as=` may also stand last: there it cannot be mistaken for part of what runs.
            if let last = rest.last, last.key == "as", rest.count > 1 {
                rest.removeLast()
                try add(last)
            }
            var named = 0
            while let word = rest.first, isParameter(word) || named < leadingWords && word.key == nil {
                rest.removeFirst()
                if word.key == nil { named += 1 }
                try add(word)
            }
            arguments += rest
        }
    }

    private func isParameter(_ word: Word) -> Bool {
        guard let key = word.key else { return false }
        return (UniversalParameters.all + parameters).contains { $0.isNamed(key) }
    }

    private mutating func add(_ word: Word) throws(Diagnostic) {
        guard let key = word.key, !(description.takesInputs && key == key.uppercased()) else {
            arguments.append(word)
            return
        }
        if let parameter = UniversalParameters.all.first(where: { $0.isNamed(key) }) {
            guard !universal.contains(where: { $0.parameter.name == parameter.name }) else {
                throw Diagnostic(.usage, "\(parameter.name)= is given twice", word.range)
            }
            universal.append((parameter, word))
        } else if let parameter = parameters.first(where: { $0.isNamed(key) }) {
            let isGiven = keyed.contains { $0.parameter.name == parameter.name }
            guard !isGiven || parameter.isRepeatable else {
                throw Diagnostic(.usage, "\(parameter.name)= is given twice", word.range)
            }
            keyed.append((parameter, word))
        } else {
            throw unknown(key, word)
        }
    }

    private func unknown(_ key: String, _ word: Word) -> Diagnostic {
        let known = parameters.map(\.name) + UniversalParameters.all.map(\.name)
        let nearest = Suggestion.nearest(to: key, among: known + parameters.flatMap(\.aliases))
        return Diagnostic(
            .usage, "\(description.name) takes no \(key)=", word.range,
            notes: (nearest.map { ["did you mean \($0)=?"] } ?? [])
                + ["known: " + known.map { "\($0)=" }.joined(separator: " ")])
    }
}
