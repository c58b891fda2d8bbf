import Scripting
import Vocabulary

extension Masking {
    /// From now on the values that a text gives to secret parameters are masked.
    ///
    /// Looked for in the text itself, before it is parsed: the excerpt of a mistake shows the line, and the history keeps it, whether it
    /// runs or not.
    /// What has the form of a secret is one, too.
    func addSecrets(in text: String, _ catalogue: CommandCatalogue) {
        for secret in SecretShapes.found(in: text) { add(secret) }
        let names = catalogue.secretParameters.flatMap { [$0.name] + $0.aliases }
        guard !names.isEmpty else { return }
        for match in text.matches(of: #/(?:^|\s)([\w-]+)=(?:"((?:[^"\\]|\\.)*)"?|(\S+))/#)
        where names.contains(String(match.1)) {
            let value = String(match.2 ?? match.3 ?? "")
            // The name of a variable is no secret.
            if !value.hasPrefix("$") { add(value) }
        }
    }

    /// From now on the variables that supply secret parameters are masked.
    func addSecrets(of environment: [String: String], _ catalogue: CommandCatalogue) {
        for parameter in catalogue.secretParameters {
            if let value = parameter.environment.flatMap({ environment[$0] }) { add(value) }
        }
    }
}

extension CommandCatalogue {
    fileprivate var secretParameters: [Parameter] {
        commands.flatMap { $0.possibleParameters(firstWord: nil) }.filter(\.isSecret)
    }
}
