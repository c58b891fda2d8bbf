import Scripting
import Vocabulary

/// How far a run goes by itself.
struct StepPlan: Equatable, Sendable {
    enum Mode: Equatable, Sendable {
        /// To the next statement, wherever it is.
        case into
        /// To the next statement that is not inside of the one at hand.
        case over(depth: Int)
        /// To the statement of that line.
        case until(file: String, line: Int)
        /// To a breakpoint, a failure, or the end.
        case run
    }

    var mode: Mode
    var breakpoints: [Breakpoint]

    /// Why it stops before a statement; nil where it does not.
    ///
    /// - Parameter depth: how many blocks and files the statement is inside of.
    func reason(before statement: Statement, depth: Int) -> String? {
        let range = statement.range
        if case .command(_, let invocation) = statement {
            let description = invocation.command.description
            if description.isBreakpoint {
                return ([description.name] + invocation.arguments.map(\.source)).joined(separator: " ")
            }
            if breakpoints.contains(.command(description.name)) { return "breakpoint \(description.name)" }
        }
        let line = Breakpoint.line(file: range.file, range.line)
        if breakpoints.contains(line) { return "breakpoint \(line)" }
        switch mode {
        case .into: return "step"
        case .over(let wanted): return depth <= wanted ? "step" : nil
        case .until(let file, let line): return range.file == file && range.line == line ? "line" : nil
        case .run: return nil
        }
    }

    /// Whether it stops after a failure that the script may catch.
    func stops(after failure: Diagnostic) -> Bool {
        breakpoints.contains(.failure(nil)) || breakpoints.contains(.failure(failure.code))
    }
}

extension CheckedScript {
    /// The lines that have a statement, by file; also of the files that it includes.
    var linesWithStatements: [String: Set<Int>] {
        included.values.reduce(into: [source.name: Set(statements.flatMap(\.lines))]) { all, file in
            all[file.source.name] = Set(file.statements.flatMap(\.lines))
        }
    }
}

extension Statement {
    fileprivate var lines: [Int] {
        switch self {
        case .command, .invalid: [range.line]
        case .conditional(let branches, let range): [range.line] + branches.flatMap(\.body).flatMap(\.lines)
        case .forEach(let loop, let range): [range.line] + loop.body.flatMap(\.lines)
        case .repetition(_, let body, let range): [range.line] + body.flatMap(\.lines)
        }
    }
}
