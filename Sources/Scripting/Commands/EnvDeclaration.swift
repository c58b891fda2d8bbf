import Vocabulary

/// The words of one `env` line.
package struct EnvDeclaration: Equatable, Sendable {
    package let name: String
    package let defaultText: String?
    package let help: String
    package let choices: [String]
    package let isSecret: Bool

    package init(_ words: [(key: String?, text: String)]) throws(Failure) {
        guard let first = words.first else { throw Failure(.usage, "env needs a name: env CPU=1") }
        name = first.key ?? first.text
        defaultText = first.key == nil ? nil : first.text
        guard let initial = name.first, initial.isLetter || initial == "_", name == name.uppercased() else {
            throw Failure(
                .usage, "inputs are written in upper case: env \(name.uppercased())",
                hints: ["for a local value: let \(name.lowercased())=…"])
        }
        var help = ""
        var choices: [String] = []
        var isSecret = false
        for word in words.dropFirst() {
            switch (word.key, word.text) {
            case ("help", let text): help = text
            case ("oneof", let text): choices = text.split(separator: ",").map(String.init)
            case (nil, "secret"): isSecret = true
            default:
                throw Failure(
                    .usage, "env does not know \(word.key.map { "\($0)=" } ?? word.text)",
                    hints: ["known: secret, help=TEXT, oneof=A,B"])
            }
        }
        if isSecret, defaultText != nil {
            throw Failure(
                .usage, "a secret cannot have a default: it would be readable in the script",
                hints: ["write: env \(name) secret"])
        }
        (self.help, self.choices, self.isSecret) = (help, choices, isSecret)
    }
}
