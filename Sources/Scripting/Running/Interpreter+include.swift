import Vocabulary

extension Interpreter {
    /// Runs an included file with variables of its own, in the sessions there are.
    ///
    /// - Returns: what it has set.
    func include(_ call: CommandCall) async throws -> [String: EventValue] {
        let path = call.range.source.path(to: call.words.first ?? "")
        guard let script = included[path] else {
            throw Failure(.usage, "\(path) was not read before the script started")
        }
        // What the whole run was given, not what was handed to the file that includes this one.
        var inputs = await (root ?? self).variables.inputs
        for (word, written) in zip(call.rawWords, call.arguments) {
            guard let name = word.key else { continue }
            inputs.sets[name] = word.text
            if usesSecret(written) { host.log.masking.add(word.text) }
        }
        let part = fork(variables: variables.forIncluded(inputs: inputs))
        await part.remember(includedAt: call.range)
        do {
            try await part.execute(script.statements)
        } catch var failure as Diagnostic {
            await take(from: part)
            failure.notes.append(.init("included here", call.range))
            throw failure
        }
        await take(from: part)
        return await part.variables.locals
    }

    private func remember(includedAt place: SourceRange) { includedAt = place }

    /// The lines that include what runs here, the nearest first.
    package var includers: [String] {
        get async {
            var lines: [String] = []
            if let includedAt { lines.append("included at \(includedAt.file):\(includedAt.line)") }
            if let parent { lines += await parent.includers }
            return lines
        }
    }
}
