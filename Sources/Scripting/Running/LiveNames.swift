import Vocabulary

/// A host that knows names which a line may mention: sessions, agents, groups.
package protocol NameTelling: Sendable {
    /// By kind (`Naming.kind`, `CommandDescription.completes`).
    func names() async -> [String: [LiveName]]
}

/// A name that exists at this moment.
package struct LiveName: Equatable, Sendable {
    package let text: String
    /// What it is, in a few words.
    package let detail: String

    package init(_ text: String, _ detail: String = "") { (self.text, self.detail) = (text, detail) }
}

/// Everything that a line may name at this moment.
package struct LiveNames: Sendable {
    package var byKind: [String: [LiveName]] = [:]
    package var variables: [String: EventValue] = [:]

    package init() {}
}

extension Interpreter {
    /// For completion: taken before a line is typed, so that no key waits for it.
    package var names: LiveNames {
        get async {
            var names = LiveNames()
            names.byKind = await (host as? any NameTelling)?.names() ?? [:]
            names.byKind["job"] = await jobs.names.map { LiveName($0, "job") }
            names.byKind["background"] = await backgrounds.names.map { LiveName($0, "background") }
            let session = await currentSession()
            for name in variables.names.union(catalogue.variables) {
                names.variables[name] = variables.value(name, in: session) ?? EventValue.none
            }
            return names
        }
    }
}
