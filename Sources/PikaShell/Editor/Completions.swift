import Scripting
import Vocabulary

/// What Tab offers: names of commands, the words they take, keys with their values.
struct Completions: Sendable {
    let catalogue: CommandCatalogue

    /// Candidates for the text before the cursor.
    func candidates(for text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let last = words.last ?? ""
        let line = text.drop { $0 == " " }
        let names = catalogue.names.filter { $0.hasPrefix(line) }
        if !names.isEmpty { return names.sorted() }
        guard let (command, arguments) = command(words) else { return [] }
        let positional = arguments.dropLast().filter { !$0.contains("=") && !$0.isEmpty }
        let choices = command.choices(after: Array(positional), in: catalogue).filter { $0.hasPrefix(last) }
        if !choices.isEmpty { return choices }
        let parameters = command.parameters(firstWord: positional.first) + UniversalParameters.all
        if let equals = last.firstIndex(of: "="),
            let parameter = parameters.first(where: { $0.isNamed(String(last[..<equals])) })
        {
            return Self.values(of: parameter).map { "\(last[...equals])\($0)" }.filter { $0.hasPrefix(last) }
        }
        return parameters.map { "\($0.name)=" }.filter { $0.hasPrefix(last) }
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
}
