import Scripting
import Vocabulary

/// Where a run stops although nobody steps through it.
enum Breakpoint: Equatable, Sendable, CustomStringConvertible {
    /// Before the statement of that line.
    case line(file: String, Int)
    /// Before every command of that name.
    case command(String)
    /// After every failure, or those of one code, also where the script catches it.
    case failure(FailureCode?)

    /// The word of `break failure`.
    private static let anyFailure = "failure"

    /// - Parameters:
    ///   - text: a line, `FILE:LINE`, the name of a command, `failure`, or a failure's code.
    ///   - file: the one that a line alone is of.
    ///   - lines: those that have a statement, by file.
    /// - Throws: `Failure` (usage).
    init(_ text: String, in file: String, lines: [String: Set<Int>], catalogue: CommandCatalogue) throws {
        let place = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if let wanted = place.last.flatMap(Int.init), place.count <= 2 {
            let named = place.count == 2 ? place[0] : file
            let known = lines.keys.filter { $0 == named || $0.hasSuffix("/" + named) }
            guard let path = known.first, known.count == 1 else {
                throw Failure(
                    .usage, "\(text): there is no file \(named) in this run",
                    hints: ["known: \(lines.keys.sorted().joined(separator: ", "))"])
            }
            guard let line = lines[path]?.filter({ $0 >= wanted }).min() else {
                throw Failure(.usage, "\(path) has no command at line \(wanted), nor behind it")
            }
            self = .line(file: path, line)
        } else if text == Self.anyFailure {
            self = .failure(nil)
        } else if let code = catalogue.failureCodes.first(where: { $0.name == text }) {
            self = .failure(code)
        } else if let command = catalogue.command(named: text) {
            self = .command(command.description.name)
        } else {
            throw Failure(
                .usage, "\(text) is no place to stop at",
                hints: [
                    "a line (30, FILE:30), a command (say), \(Self.anyFailure), or a failure's code (timeout)"
                ])
        }
    }

    var description: String {
        switch self {
        case .line(let file, let line): "\(file):\(line)"
        case .command(let name): name
        case .failure(let code): code?.name ?? Self.anyFailure
        }
    }
}
