/// Something that must be there before a command can do its work, and that other commands bring about; hosts define their own.
///
/// ```swift
/// extension Requirement {
///     static let login = Requirement("login", missing: "a login", first: "login NAME")
/// }
/// ```
public struct Requirement: Hashable, Sendable {
    public let name: String
    /// Continues "`say` needs …".
    public let missing: String
    /// The command that brings it about.
    public let first: String
    /// The host has it or not; no command brings it about.
    public let isOfHost: Bool
    /// Only the mock world has it, unless a run says otherwise.
    public let isOnlyOfMocks: Bool
    /// What must be there before this can be; named first when it is missing, too.
    private let earlier: [Requirement]

    /// - Parameters:
    ///   - first: the command that brings it about; of a host's requirement, what to do instead.
    ///   - isOfHost: the host has it or not.
    ///   - isOnlyOfMocks: only the mock world has it, unless a run says otherwise.
    public init(
        _ name: String, missing: String = "", first: String = "", after earlier: Requirement? = nil,
        isOfHost: Bool = false, isOnlyOfMocks: Bool = false
    ) {
        self.isOnlyOfMocks = isOnlyOfMocks
        self.name = name
        self.missing = missing
        self.first = first
        self.isOfHost = isOfHost
        self.earlier = earlier.map { [$0] } ?? []
    }

    /// What is missing first, by what is there.
    func firstMissing(among provided: Set<Requirement>) -> Requirement? {
        guard !provided.contains(self) else { return nil }
        return earlier.first?.firstMissing(among: provided) ?? self
    }

    public static func == (a: Requirement, b: Requirement) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What a word names: something that exists once a command has run, or that must exist.
public struct Naming: Equatable, Sendable {
    /// `session` or `job`; hosts define their own.
    public let kind: String
    /// Whether the command creates it, or needs it.
    public let creates: Bool
    /// Whether it is gone once the command has run.
    public let ends: Bool

    /// - Parameters:
    ///   - creates: whether it exists once the command has run.
    ///   - ends: whether it is gone then.
    public init(_ kind: String, creates: Bool, ends: Bool = false) {
        (self.kind, self.creates, self.ends) = (kind, creates, ends)
    }
}
