import Synchronization
import Vocabulary

@testable import Scripting

/// A command whose work is a closure; it takes any words.
struct FakeCommand: Command {
    let description: CommandDescription
    private let body: @Sendable (CommandCall, Interpreter) async throws -> [String: EventValue]

    init(
        _ name: String, _ change: (inout CommandDescription) -> Void = { _ in },
        body: @escaping @Sendable (CommandCall, Interpreter) async throws -> [String: EventValue] = { _, _ in
            [:]
        }
    ) {
        var description = CommandDescription(name, "for tests")
        description.words = .list("WORD…", required: false)
        change(&description)
        self.description = description
        self.body = body
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        try await body(call, script)
    }
}

extension CommandCatalogue {
    /// `a` to `e`, which take anything and do nothing.
    static let letters = CommandCatalogue(
        ["a", "b", "c", "d", "e"].map { name in FakeCommand(name) { $0.words = .raw("WORD…") } })
}
