import AgentCore
import Scripting

/// What Tab offers: command names, provider names, keys with their values.
struct Completions: Sendable {
    let catalogue: CommandCatalogue
    let providers: [ProviderDescription]
    /// Commands that only the prompt has.
    let extraNames: [String]

    /// Candidates for the text before the cursor.
    func candidates(for text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let last = words.last ?? ""
        let line = text.drop { $0 == " " }
        let names = (catalogue.names + extraNames).filter { $0.hasPrefix(line) }
        if !names.isEmpty { return names.sorted() }
        guard
            let command = catalogue.command(named: words.prefix(2).joined(separator: " "))
                ?? catalogue.command(named: words[0])
        else { return [] }
        if command.description.name == "spawn", words.count == 2 {
            return providers.map(\.name).filter { $0.hasPrefix(last) }
        }
        let parameters =
            command.parameters(firstWord: words.count > 1 ? words[1] : nil) + UniversalParameters.all
        if let equals = last.firstIndex(of: "="),
            let parameter = parameters.first(where: { $0.isNamed(String(last[..<equals])) })
        {
            return Self.values(of: parameter).map { "\(last[...equals])\($0)" }.filter { $0.hasPrefix(last) }
        }
        return parameters.map { "\($0.name)=" }.filter { $0.hasPrefix(last) }
    }

    private static func values(of parameter: Parameter) -> [String] {
        switch parameter.kind {
        case .choice(let values): values
        case .flag: ["yes", "no"]
        default: []
        }
    }
}
