import Foundation
import Scripting
import Vocabulary

/// What may stand at a place of a line: commands behind prefixes, the words they take, keys not yet given and their values, names that
/// exist at this moment, variables and their fields, files.
struct Completions: Sendable {
    /// One of them.
    struct Candidate: Equatable {
        let text: String
        var detail = ""
        /// How many characters before the cursor it takes the place of.
        let replaces: Int
    }

    let catalogue: CommandCatalogue
    var names = LiveNames()

    static let prefixes = ["defer", "try", "soft", "fails", "if", "unless", "in", "background"]
    static let blocks = ["if", "unless", "for", "repeat", "else", "end"]

    // MARK: Candidates

    /// - Parameter text: up to the cursor.
    func all(for text: String) -> [Candidate] {
        if let found = variables(for: text) { return found }
        let line = String(text.drop { $0 == " " || $0 == "\t" })
        if let found = sessions(for: line) { return found }
        let (rest, isPrefixed) = Self.withoutPrefixes(line)
        let typed = rest.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        var found = commands(rest)
        if found.isEmpty { found = words(rest, typed) }
        if !rest.contains(" "), !rest.isEmpty {
            let words = Self.prefixes + (isPrefixed ? [] : Self.blocks)
            found += Set(words).sorted().filter { $0.hasPrefix(rest) }
                .map { Candidate(text: $0, replaces: rest.count) }
        }
        return found
    }

    /// Names of two words take the place of both.
    private func commands(_ rest: String) -> [Candidate] {
        catalogue.commands.map(\.description).filter { $0.name.hasPrefix(rest) }
            .sorted { $0.name < $1.name }
            .map { Candidate(text: $0.name, detail: $0.summary, replaces: rest.count) }
    }

    private func words(_ rest: String, _ typed: String) -> [Candidate] {
        let words = rest.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let (command, arguments) = command(words) else { return [] }
        let before = arguments.dropLast()
        let positional = before.filter { !$0.contains("=") && !$0.isEmpty }
        func candidates(_ texts: [(String, String)]) -> [Candidate] {
            texts.filter { $0.0.hasPrefix(typed) }
                .map { Candidate(text: $0.0, detail: $0.1, replaces: typed.count) }
        }
        let choices = candidates(
            command.choices(after: Array(positional), in: catalogue).map { ($0, "") }
                + (positional.isEmpty ? live(command.description, typed) : []))
        if !choices.isEmpty { return choices }
        let given = Set(before.compactMap { word in word.firstIndex(of: "=").map { String(word[..<$0]) } })
        let parameters = command.parameters(firstWord: positional.first) + UniversalParameters.all
        if let equals = typed.firstIndex(of: "="),
            let parameter = parameters.first(where: { $0.isNamed(String(typed[..<equals])) })
        {
            return candidates(
                Self.values(of: parameter).map { ("\(typed[...equals])\($0)", "") }
                    + (names.byKind[parameter.name] ?? []).map {
                        ("\(typed[...equals])\($0.text)", $0.detail)
                    })
        }
        return candidates(
            parameters.filter { parameter in !given.contains { parameter.isNamed($0) } }
                .map { ("\($0.name)=", $0.help) })
    }

    /// Names that the command's first word may be.
    private func live(_ description: CommandDescription, _ typed: String) -> [(String, String)] {
        let naming = description.naming.flatMap { $0.creates ? nil : $0.kind }
        return ([naming].compactMap { $0 } + description.completes).flatMap { kind in
            kind == CommandDescription.fileKind
                ? Self.files(typed) : (names.byKind[kind] ?? []).map { ($0.text, $0.detail) }
        }
    }

    /// `$na`, `$vm.i`; nil where no variable is being typed.
    private func variables(for text: String) -> [Candidate]? {
        guard let match = text.firstMatch(of: #/\$\{?((?:[A-Za-z_][A-Za-z0-9_]*)?(?:\.[\w-]*)*)$/#) else {
            return nil
        }
        let typed = String(match.1)
        let path = typed.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.count > 1 else {
            return names.variables.keys.sorted().filter { $0.hasPrefix(typed) }.map {
                Candidate(
                    text: $0, detail: names.variables[$0]?.description.cut(to: 40) ?? "",
                    replaces: typed.count)
            }
        }
        var value = names.variables[path[0]]
        for name in path.dropFirst().dropLast() {
            guard case .record(let fields)? = value else { return [] }
            value = fields[name]
        }
        guard case .record(let fields)? = value, let last = path.last else { return [] }
        return fields.keys.sorted().filter { $0.hasPrefix(last) }.map {
            Candidate(text: $0, detail: fields[$0]?.description.cut(to: 40) ?? "", replaces: last.count)
        }
    }

    /// `in NAME: …`
    private func sessions(for line: String) -> [Candidate]? {
        guard let match = line.wholeMatch(of: #/in ([^:\s]*)/#) else { return nil }
        let typed = String(match.1)
        return (names.byKind["session"] ?? []).filter { $0.text.hasPrefix(typed) }
            .map { Candidate(text: $0.text + ":", detail: $0.detail, replaces: typed.count) }
    }

    /// The command that the words begin with, and the words behind its name.
    private func command(_ words: [String]) -> ((any Command), [String])? {
        for count in [2, 1] where words.count > count {
            if let command = catalogue.command(named: words.prefix(count).joined(separator: " ")) {
                return (command, Array(words.dropFirst(count)))
            }
        }
        return nil
    }

    private static func values(of parameter: Parameter) -> [String] {
        switch parameter.kind {
        case .choice(let values): values
        case .flag: ["yes", "no"]
        default: []
        }
    }

    /// Files that a path may go on to; folders end with a slash.
    private static func files(_ typed: String) -> [(String, String)] {
        let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
        let entries =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return entries.sorted().filter { !$0.hasPrefix(".") && !$0.contains(" ") }.compactMap { name in
            let path = folder + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
            if isFolder.boolValue { return (path + "/", "") }
            return name.hasSuffix(".pika") ? (path, "") : nil
        }
    }

    // MARK: Prefixes

    static func withoutPrefixes(_ line: String) -> (String, Bool) {
        var rest = line[...]
        var isPrefixed = false
        while let match = rest.prefixMatch(
            of: #/(?:defer|try|soft|fails[^:]*:|(?:if|unless|in|background) [^:]*:)\s+|if ok\s+/#)
        {
            rest = rest[match.range.upperBound...]
            isPrefixed = true
        }
        return (String(rest), isPrefixed)
    }

    // MARK: Hints

    /// What may follow a line that could end here: shown in grey behind the cursor.
    func hint(for text: String) -> String {
        let (rest, _) = Self.withoutPrefixes(String(text.drop { $0 == " " }))
        guard rest.hasSuffix(" ") else { return "" }
        let words = rest.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let (command, arguments) = command(words) else { return "" }
        let given = arguments.dropLast().filter { !$0.isEmpty }
        let positional = given.filter { !$0.contains("=") }
        let description = command.description
        var parts: [String] = []
        if positional.isEmpty { parts.append(description.words.hint) }
        let keys = Set(given.compactMap { word in word.firstIndex(of: "=").map { String(word[..<$0]) } })
        // Text has no keys behind it.
        if !(description.words.isText && !positional.isEmpty) {
            parts += command.parameters(firstWord: positional.first)
                .filter { parameter in !keys.contains { parameter.isNamed($0) } }
                .map { "\($0.name)=" }
        }
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension CommandDescription.Words {
    fileprivate var hint: String {
        switch self {
        case .none: ""
        case .text(let name, let isRequired), .list(let name, let isRequired): isRequired ? name : "[\(name)]"
        case .raw(let usage): usage
        case .code(let count): count == 0 ? "COMMAND…" : "NAME COMMAND…"
        }
    }

    fileprivate var isText: Bool {
        switch self {
        case .text, .code: true
        case .none, .list, .raw: false
        }
    }
}
