import TestSupport

/// pikachat in a terminal.
typealias Terminal = TerminalProgram

extension TerminalProgram {
    convenience init(
        _ arguments: [String], environment extra: [String: String] = [:],
        state: TemporaryDirectory = TemporaryDirectory(), columns: Int = 100, rows: Int = 24
    ) throws {
        try self.init(
            running: [Pikachat.path] + arguments, environment: Pikachat.environment(extra, state: state),
            directory: state, columns: columns, rows: rows)
    }
}
