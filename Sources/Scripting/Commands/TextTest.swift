import Vocabulary

/// What `expect` wants of a text.
public enum TextTest: Equatable, Sendable, CustomStringConvertible {
    /// `expect NAME` alone.
    case any
    /// `contains TEXT`, ignoring case and runs of blanks.
    case contains(String)
    /// `matches /RE/`, anywhere in the text.
    case matches(String)
    /// `== TEXT`, exactly.
    case equals(String)

    static let operators = ["contains", "matches", "=="]

    /// From the words after the subject.
    ///
    /// - Throws: `Failure` (mismatch) for an empty text: nothing would be tested.
    init(_ words: ArraySlice<CommandCall.RawWord>) throws {
        guard let operation = words.first?.bare else {
            self = .any
            return
        }
        let operand = words.dropFirst().map(\.text).joined(separator: " ")
        switch operation {
        case "contains", "matches":
            let isNothing =
                operation == "contains" ? Truth.isNothing(operand) : PatternText.body(of: operand).isEmpty
            guard !isNothing else { throw Truth.nothingToLookFor(operation) }
            self = operation == "contains" ? .contains(operand) : .matches(operand)
        case "==": self = .equals(operand)
        default: self = .any
        }
    }

    /// - Throws: `Failure` (usage) for an expression that is not valid, `CancellationError`.
    public func accepts(_ text: String) async throws -> Bool {
        switch self {
        case .any: true
        case .contains(let part): Truth.contains(text, part)
        case .matches(let pattern): try await PatternMatch.matches(text, pattern)
        case .equals(let wanted): Truth.areSame(text, wanted)
        }
    }

    /// Continues a sentence: "none contains "pong"".
    public var description: String {
        switch self {
        case .any: "has any text"
        case .contains(let part): "contains \"\(part)\""
        case .matches(let pattern): "matches \(pattern)"
        case .equals(let wanted): "is \"\(wanted)\""
        }
    }
}
