import Vocabulary

/// What the checker knows at a place in a script.
struct Knowledge: Sendable {
    /// What is known of a variable: the names of its fields; nil when anything may be in it.
    typealias Fields = Set<String>?

    private(set) var variables: [String: Fields] = [:]
    /// Variables that only some ways to this place define.
    private(set) var uncertain: Set<String> = []
    var provided: Set<Requirement>
    /// Inputs that were declared, with their places.
    private var inputs: [String: SourceRange] = [:]
    /// By kind; nil where anything may exist.
    private(set) var names: [String: Set<String>]?
    /// Kinds of which a name with a variable in it was created.
    private(set) var openKinds: Set<String> = []

    init(_ context: CheckContext) {
        provided = context.provided
        names = context.names
    }

    mutating func define(_ name: String, _ fields: Fields) {
        uncertain.remove(name)
        guard let known = variables[name], let old = known, let new = fields else {
            variables[name] = .some(fields)
            return
        }
        variables[name] = .some(old.union(new))
    }

    /// - Returns: where the same file has declared the input before.
    mutating func declare(_ input: String, at range: SourceRange) -> SourceRange? {
        defer { inputs[input] = range }
        return inputs[input].flatMap { $0.source === range.source ? $0 : nil }
    }

    var visibleNames: [String] { Array(variables.keys) }

    /// The same with no variable.
    var withoutVariables: Knowledge {
        var other = self
        (other.variables, other.uncertain, other.inputs) = ([:], [], [:])
        return other
    }

    /// What there is in the world once another file has run: everything but variables.
    mutating func takeWorld(from other: Knowledge) {
        (provided, names, openKinds) = (other.provided, other.names, other.openKinds)
    }

    func takingWorld(from other: Knowledge) -> Knowledge {
        var mine = self
        mine.takeWorld(from: other)
        return mine
    }

    /// Names that an included file offers to the one that includes it.
    func results(without predefined: Set<String>) -> Set<String> {
        Set(variables.keys).union(uncertain).filter { $0 == $0.lowercased() && !predefined.contains($0) }
    }

    mutating func create(_ kind: String, _ name: String?) {
        if let name { names?[kind, default: []].insert(name) } else { openKinds.insert(kind) }
    }

    mutating func end(_ kind: String, _ name: String) { names?[kind]?.remove(name) }

    /// The names of a kind; nil where anything may exist.
    func known(_ kind: String) -> Set<String>? {
        openKinds.contains(kind) ? nil : names.map { $0[kind] ?? [] }
    }

    /// After a part of the script that may or may not have run.
    ///
    /// - Parameter always: whether one of the branches certainly ran.
    mutating func join(_ branches: [Knowledge], always: Bool) {
        for name in Set(branches.flatMap { $0.variables.keys }) where variables[name] == nil {
            let isEverywhere = always && branches.allSatisfy { $0.variables[name] != nil }
            if isEverywhere {
                let all = branches.compactMap { $0.variables[name] }
                let fields: Fields =
                    all.contains { $0 == nil } ? nil : all.reduce(into: Set()) { $0.formUnion($1 ?? []) }
                variables[name] = .some(fields)
            } else {
                uncertain.insert(name)
            }
        }
        for branch in branches {
            for (name, fields) in branch.variables where variables[name] != nil { define(name, fields) }
            uncertain.formUnion(branch.uncertain.subtracting(variables.keys))
            // Whether it is there cannot be told; a mistake is only what cannot be right on any way.
            provided.formUnion(branch.provided)
            openKinds.formUnion(branch.openKinds)
            inputs.merge(branch.inputs) { first, _ in first }
            if let more = branch.names { names?.merge(more) { $0.union($1) } }
        }
    }
}
