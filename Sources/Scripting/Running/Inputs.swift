/// Where a script's inputs come from; the first source that has one wins.
package struct Inputs: Sendable {
    /// `--set`
    package var sets: [String: String]
    package var environment: [String: String]
    /// The `.env` file.
    package var dotenv: [String: String]

    package init(
        sets: [String: String] = [:], environment: [String: String] = [:], dotenv: [String: String] = [:]
    ) {
        (self.sets, self.environment, self.dotenv) = (sets, environment, dotenv)
    }

    /// Empty counts as unset.
    package func value(_ name: String) -> String? {
        for source in [sets, environment, dotenv] {
            if let value = source[name], !value.isEmpty { return value }
        }
        return nil
    }
}
