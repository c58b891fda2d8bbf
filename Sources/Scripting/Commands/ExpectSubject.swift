import Vocabulary

/// Something that `expect NAME …` can wait for.
///
/// ```swift
/// let catalogue = CommandCatalogue.general + [ExpectCommand(subjects: [ReleaseSubject(…)])]
/// // expect release contains 1.4 within=20s       expect no release for=5s
/// ```
public protocol ExpectSubject: Sendable {
    /// As it is written after `expect`; also the variable that holds the last one.
    var name: String { get }
    /// What must be there before it can be waited for; by default nothing.
    var requirements: Set<Requirement> { get }
    /// Fields of the result with their meaning.
    var results: [(name: String, meaning: String)] { get }
    /// Whole lines, for the help.
    var examples: [String] { get }

    /// The first one that passes the test, as its fields.
    ///
    /// - Parameter fromStart: looks at those that were seen already, too.
    /// - Throws: `Failure` with `mismatch` when others came, `timeout` when none did.
    func expect(_ test: TextTest, within limit: Duration, fromStart: Bool, in script: Interpreter)
        async throws
        -> [String: EventValue]

    /// Returns when none has come for so long.
    ///
    /// - Throws: `Failure` with `mismatch` when one came.
    func expectNone(for limit: Duration, fromStart: Bool, in script: Interpreter) async throws
}

extension ExpectSubject {
    public var requirements: Set<Requirement> { [] }
    public var results: [(name: String, meaning: String)] { [] }
    public var examples: [String] { [] }
}

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

    /// From the words after the subject; words that form no test mean any text.
    init(_ words: ArraySlice<String>) {
        let operand = words.dropFirst().joined(separator: " ")
        self =
            switch words.first {
            case "contains": .contains(operand)
            case "matches": .matches(operand)
            case "==": .equals(operand)
            default: .any
            }
    }

    /// - Throws: `Failure` (usage) for an expression that is not valid.
    public func accepts(_ text: String) throws -> Bool {
        switch self {
        case .any: true
        case .contains(let part): Truth.contains(text, part)
        case .matches(let pattern): try Truth.matches(text, pattern)
        case .equals(let wanted): text == wanted
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
