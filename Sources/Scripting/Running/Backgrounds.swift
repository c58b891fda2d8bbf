import Vocabulary

/// Commands of ours that run beside the script (`background NAME: COMMAND`), by name.
actor Backgrounds {
    private var tasks: [String: Task<Result<EventValue, any Error>, Never>] = [:]

    /// A part that runs beside others has names of its own, and knows those from before.
    private static func full(_ name: String) -> String { Branch.label.map { "\(name)@\($0)" } ?? name }

    var names: [String] { tasks.keys.sorted() }
    private var over: Set<String> = []

    /// Whether its command has ended.
    func isOver(_ name: String) -> Bool { over.contains(name) }
    private func ended(_ name: String) { over.insert(name) }

    /// - Throws: `Failure` (usage) for a name whose command nobody has waited for.
    func begin(
        _ name: String, _ body: @escaping @Sendable () async throws -> EventValue
    ) throws(Failure) {
        let name = Self.full(name)
        guard tasks[name] == nil else {
            throw Failure(
                .usage, "there is a background \(name) already", hints: ["wait for it first: wait \(name)"])
        }
        over.remove(name)
        tasks[name] = Task {
            let result: Result<EventValue, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            ended(name)
            return result
        }
    }

    /// What a command came to; it is nobody's any more then.
    ///
    /// - Throws: its failure; `Failure` (usage) for a name that does not exist; `CancellationError`, and the command goes on.
    func join(_ name: String) async throws -> EventValue {
        let name = tasks[Self.full(name)] == nil ? name : Self.full(name)
        guard let task = tasks[name] else {
            let known =
                tasks.isEmpty ? "there is none" : "known: \(tasks.keys.sorted().joined(separator: ", "))"
            throw Failure(.usage, "there is no background \(name)", hints: [known])
        }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let watching = Task {
            _ = await task.value
            continuation.finish()
        }
        defer { watching.cancel() }
        for await _ in stream {}
        try Task.checkCancellation()
        tasks[name] = nil
        return try await task.value.get()
    }

    /// Ends those that nobody has waited for.
    ///
    /// - Returns: what has failed among those that had ended, and the names of those that had not.
    func end() async -> (failures: [any Error], unfinished: [String]) {
        var (failures, unfinished): ([any Error], [String]) = ([], [])
        for (name, task) in tasks.sorted(by: { $0.key < $1.key }) {
            if !over.contains(name) { unfinished.append(name) }
            task.cancel()
            if case .failure(let error) = await task.value { failures.append(error) }
        }
        tasks = [:]
        return (failures, unfinished)
    }
}
