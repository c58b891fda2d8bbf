import Vocabulary

/// What the checker knows at a place in a script.
struct Knowledge: Sendable {
    /// What is known of a variable: the names of its fields; nil when anything may be in it.
    typealias Fields = Set<String>?

    /// What one part of the script has defined, over what was known before it: a block costs what it defines itself, however much there is.
    private final class Layer: @unchecked Sendable {
        // Used by one checker at a time, which is no longer used once its layer is joined to the one below.
        let below: Layer?
        var variables: [String: Fields] = [:]
        /// Variables that only some ways to this place define; false takes one out of the layers below.
        var uncertain: [String: Bool] = [:]
        /// Inputs that were declared, with their places.
        var inputs: [String: SourceRange] = [:]

        init(over below: Layer?) { self.below = below }

        func fields(_ name: String) -> Fields? {
            var layer: Layer? = self
            while let here = layer {
                if let found = here.variables[name] { return .some(found) }
                layer = here.below
            }
            return nil
        }

        func isUncertain(_ name: String) -> Bool {
            var layer: Layer? = self
            while let here = layer {
                if let found = here.uncertain[name] { return found }
                layer = here.below
            }
            return false
        }

        func input(_ name: String) -> SourceRange? {
            var layer: Layer? = self
            while let here = layer {
                if let found = here.inputs[name] { return found }
                layer = here.below
            }
            return nil
        }

        var names: Set<String> { Set(variables.keys).union(below?.names ?? []) }
        var uncertainNames: Set<String> {
            (below?.uncertainNames ?? []).union(uncertain.filter(\.value).keys).subtracting(
                uncertain.filter { !$0.value }.keys)
        }
    }

    private var layer = Layer(over: nil)
    var provided: Set<Requirement>
    /// By kind; nil where anything may exist.
    private(set) var names: [String: Set<String>]?
    /// Kinds of which a name with a variable in it was created.
    private(set) var openKinds: Set<String> = []

    init(_ context: CheckContext) {
        provided = context.provided
        names = context.names
    }

    /// For a part that may or may not run: what it defines stays its own until it is joined.
    var branch: Knowledge {
        var other = self
        other.layer = Layer(over: layer)
        return other
    }

    mutating func define(_ name: String, _ fields: Fields) {
        if layer.isUncertain(name) { layer.uncertain[name] = false }
        guard let known = layer.fields(name), let old = known, let new = fields else {
            layer.variables[name] = .some(fields)
            return
        }
        layer.variables[name] = .some(old.union(new))
    }

    /// Whether every way to this place defines it, and what is known of its fields.
    func fields(of name: String) -> Fields? { layer.fields(name) }
    func isUncertain(_ name: String) -> Bool { layer.isUncertain(name) }

    /// - Returns: where the same file has declared the input before.
    mutating func declare(_ input: String, at range: SourceRange) -> SourceRange? {
        defer { layer.inputs[input] = range }
        return layer.input(input).flatMap { $0.source === range.source ? $0 : nil }
    }

    var visibleNames: [String] { Array(layer.names) }

    /// The same with no variable.
    var withoutVariables: Knowledge {
        var other = self
        other.layer = Layer(over: nil)
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
        layer.names.union(layer.uncertainNames).filter { $0 == $0.lowercased() && !predefined.contains($0) }
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
    /// - Parameters:
    ///   - branches: made by `branch`.
    ///   - always: whether one of the branches certainly ran.
    mutating func join(_ branches: [Knowledge], always: Bool) {
        let layers = branches.map(\.layer)
        for name in Set(layers.flatMap(\.variables.keys)) {
            if layer.fields(name) == nil {
                guard always, layers.allSatisfy({ $0.fields(name) != nil }) else {
                    layer.uncertain[name] = true
                    continue
                }
            }
            for fields in layers.compactMap({ $0.variables[name] }) { define(name, fields) }
        }
        for branch in layers {
            for (name, isUncertain) in branch.uncertain where isUncertain && layer.fields(name) == nil {
                layer.uncertain[name] = true
            }
            layer.inputs.merge(branch.inputs) { first, _ in first }
        }
        for branch in branches {
            // Whether it is there cannot be told; a mistake is only what cannot be right on any way.
            provided.formUnion(branch.provided)
            openKinds.formUnion(branch.openKinds)
            if let more = branch.names, more != names { names?.merge(more) { $0.union($1) } }
        }
    }
}
