import Vocabulary

@testable import Scripting

/// A command whose work is a closure; it takes any words.
struct FakeCommand: Command {
    private(set) var description: CommandDescription
    private let body: @Sendable (CommandCall, Interpreter) async throws -> [String: EventValue]

    init(
        _ name: String,
        body: @escaping @Sendable (CommandCall, Interpreter) async throws -> [String: EventValue] = { _, _ in
            [:]
        }
    ) {
        description = CommandDescription(name, "for tests")
        description.words = .list("WORD…", required: false)
        self.body = body
    }

    func described(_ change: (inout CommandDescription) -> Void) -> FakeCommand {
        var other = self
        change(&other.description)
        return other
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        try await body(call, script)
    }
}

extension CommandCatalogue {
    /// `a` to `e`, which take anything and do nothing.
    static let letters = CommandCatalogue(
        ["a", "b", "c", "d", "e"].map { name in
            FakeCommand(name).described { $0.words = .raw("WORD…") }
        })
}
