import Foundation
import Vocabulary

/// The words of one `env` line.
package struct EnvDeclaration: Equatable, Sendable {
    package let name: String
    package let defaultText: String?
    package let help: String
    package let choices: [String]
    package let isSecret: Bool
    let isList: Bool
    /// Larger files are not secrets.
    private static let maximumSecretBytes = 1 << 20

    package init(_ words: [(key: String?, text: String)]) throws(Failure) {
        guard let first = words.first else { throw Failure(.usage, "env needs a name: env CPU=1") }
        name = first.key ?? first.text
        defaultText = first.key == nil ? nil : first.text
        guard let initial = name.first, initial.isLetter || initial == "_", name == name.uppercased(),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        else {
            throw Failure(
                .usage,
                "an input is written in upper-case letters, digits and _: env \(name.uppercased().replacing("-", with: "_"))",
                hints: ["for a local value: let \(name.lowercased())=…"])
        }
        var help = ""
        var choices: [String] = []
        var flags = Set<String>()
        for word in words.dropFirst() {
            switch (word.key, word.text) {
            case ("help", let text): help = text
            case ("oneof", let text):
                choices = text.split(separator: ",").map(String.init)
                guard !choices.isEmpty else { throw Failure(.usage, "oneof= names no value: oneof=a,b") }
            case (nil, "secret"), (nil, "list"): flags.insert(word.text)
            default:
                throw Failure(
                    .usage, "env does not know \(word.key.map { "\($0)=" } ?? word.text)",
                    hints: ["known: secret, list, help=TEXT, oneof=A,B; a default with blanks is quoted"])
            }
        }
        (isSecret, isList) = (flags.contains("secret"), flags.contains("list"))
        if isSecret, defaultText != nil {
            throw Failure(
                .usage, "a secret cannot have a default: it would be readable in the script",
                hints: ["write: env \(name) secret"])
        }
        (self.help, self.choices) = (help, choices)
        if let defaultText, let wrong = wrongChoice(in: defaultText) {
            throw Failure(.usage, "the default \(wrong) is not one of \(choices.joined(separator: ", "))")
        }
    }

    private func wrongChoice(in text: String) -> String? {
        guard !choices.isEmpty else { return nil }
        return (isList ? Self.items(of: text) : [text]).first { !$0.isEmpty && !choices.contains($0) }
    }

    /// Of `list`: `a, b` are two.
    static func items(of text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// What has to be masked. Items of a list are shown one by one.
    func secrets(in text: String) -> [String] {
        ([text] + (isList ? Self.items(of: text) : [])).filter { !$0.isEmpty }
    }

    /// The input's value; empty when there is none.
    ///
    /// - Throws: `Failure`: usage for a value that may not be, require for a file that cannot be read.
    func text(from inputs: Inputs) throws(Failure) -> String {
        var value = inputs.value(name)
        if isSecret, value == nil, let path = inputs.value("\(name)_FILE") { value = try secret(in: path) }
        let text = value ?? defaultText ?? ""
        if let wrong = wrongChoice(in: text) {
            throw Failure(
                .usage,
                "\(isSecret ? name : "\(name)=\(wrong.cut(to: 60))") is not one of \(choices.joined(separator: ", "))"
            )
        }
        if isSecret, secrets(in: text).contains(where: { $0.count < Masking.minimumCharacters }) {
            throw Failure(
                .usage,
                "\(name) is shorter than \(Masking.minimumCharacters) characters: it cannot be masked without blacking out ordinary words"
            )
        }
        return text
    }

    /// The whole file, but for line ends at its end.
    private func secret(in path: String) throws(Failure) -> String {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= Self.maximumSecretBytes, let data = FileManager.default.contents(atPath: path),
            var text = String(validating: data, as: UTF8.self)
        else {
            throw Failure(
                .require,
                "\(name)_FILE names \(path), which is not a readable text file of at most \(Self.maximumSecretBytes >> 20) MiB"
            )
        }
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" {
            text.unicodeScalars.removeLast()
        }
        return text
    }
}
