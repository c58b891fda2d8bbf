import Vocabulary

/// `parse json|lines TEXT as=NAME`
struct ParseCommand: Command {
    private enum Form: String, CaseIterable {
        case json, lines
    }

    var description: CommandDescription {
        var description = CommandDescription("parse", "makes values of a text: JSON, or its lines")
        description.words = .list(
            "\(Form.allCases.map(\.rawValue).joined(separator: "|")) TEXT", required: true)
        description.choices = Form.allCases.map(\.rawValue)
        description.maximumWords = 2
        description.repetition = .instant
        description.results = [
            ("json", "what the text is as JSON, of json"), ("items", "the lines, of lines"),
            ("count", "how many items the JSON list has, or lines there are"),
        ]
        description.details = [
            "json: $r.json.items.0.id follows fields and positions; numbers keep their digits. A text that is no JSON is a failure (mismatch).",
            "lines: $r.items is a list, for `for line in $r.items`; a line end at the end begins no line.",
        ]
        description.examples = ["parse json $reply.text as=r", "parse lines $out.text as=l"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        guard let first = call.words.first else { return nil }
        guard first.bare.flatMap(Form.init(rawValue:)) != nil else {
            return WordProblem("parse is written: parse json TEXT, or parse lines TEXT", at: first)
        }
        guard call.words.count == 2 else {
            return WordProblem("the text is missing", at: first, hints: ["parse json $reply.text as=r"])
        }
        return nil
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard call.words.count == 2, let form = Form(rawValue: call.words[0]) else {
            throw Failure(.usage, "parse is written: parse json TEXT, or parse lines TEXT")
        }
        let text = call.words[1]
        switch form {
        case .json:
            guard let value = JSONValueReader.read(text) else {
                throw Failure(
                    .mismatch, "this is not JSON: \"\(text.cut(to: 120))\"",
                    hints: text.isEmpty ? ["the text is empty"] : [])
            }
            let count: EventValue = if case .list(let items) = value { .number(items.count) } else { .none }
            return ["json": value, "items": value, "count": count, "text": .text(text)]
        case .lines:
            var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(
                String.init)
            if lines.last?.isEmpty ?? false { lines.removeLast() }
            return [
                "items": .list(lines.map(EventValue.text)), "json": .none, "count": .number(lines.count),
                "text": .text(text),
            ]
        }
    }
}
