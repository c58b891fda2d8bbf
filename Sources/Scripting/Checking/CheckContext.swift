import Vocabulary

/// What is known before a script starts.
package struct CheckContext: Sendable {
    /// Variables that exist, beside those of the catalogue.
    var variables: Set<String> = []
    /// What is there already.
    var provided: Set<Requirement> = []
    /// Names that exist by kind; nil where anything may exist.
    var names: [String: Set<String>]? = [:]
    /// Whether requirements are judged: at a prompt and in a file that another one reads, nobody knows what went before.
    var knowsPast = true
    /// What the host can do; nil where no host is known (`pikachat check`).
    var host: Set<Requirement>?

    package init() {}

    /// A script that runs with a host.
    ///
    /// - Parameter provided: what the host brings.
    package init(host provided: Set<Requirement>) {
        self.provided = provided
        host = provided
    }

    /// In the middle of something: only what the lines themselves say is judged.
    package static func running(variables: Set<String>) -> CheckContext {
        var context = CheckContext()
        context.variables = variables
        context.names = nil
        context.knowsPast = false
        return context
    }
}
