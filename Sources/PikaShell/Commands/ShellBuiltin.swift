/// What only the prompt understands.
enum ShellBuiltin: Equatable {
    case help(String?)
    case vars, history, quit
    case save(String)
    case source(String)

    static let names = ["help", "vars", "history", "save", "source", "quit"]

    init?(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard let first = words.first else { return nil }
        let rest = words.count > 1 ? words[1].trimmingPrefix(" ") : ""
        switch (first, rest.isEmpty) {
        case ("help", let isBare): self = .help(isBare ? nil : String(rest))
        case ("vars", true): self = .vars
        case ("history", true): self = .history
        case ("quit", true), ("exit", true): self = .quit
        case ("save", false): self = .save(String(rest))
        case ("source", false): self = .source(String(rest))
        default: return nil
        }
    }
}
