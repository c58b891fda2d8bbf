/// Rules whose breach keeps a script from running: the parser and `Checker` look for them.
extension CheckRule {
    static let syntax = CheckRule(
        "syntax", "a line that cannot be read", severity: .error, advice: "the error says how it is written")
    static let usage = CheckRule(
        "usage", "a command that is used in another way than its help says", severity: .error,
        advice: "see `pikachat help COMMAND`")
    static let undefinedVariable = CheckRule(
        "undefined-variable", "a variable that is not defined on every way to the line", severity: .error,
        advice: "define it before: let, as=, env")
    static let unknownField = CheckRule(
        "unknown-field", "a field that the result of a command has not", severity: .error,
        advice: "the error lists those it has")
    static let wrongValue = CheckRule(
        "wrong-value", "a value of another type, unit or range", severity: .error,
        advice: "the error says what is wanted")
    static let wrongOrder = CheckRule(
        "wrong-order", "a step before another that it needs", severity: .error,
        advice: "run the other one first")
    static let unknownName = CheckRule(
        "unknown-name", "a session or job that nothing has made", severity: .error,
        advice: "the error lists those there are")
    static let takenName = CheckRule(
        "taken-name", "a name that the language has taken, or that is written in the wrong case",
        severity: .error,
        advice: "choose another name")
    static let doubleInput = CheckRule(
        "double-input", "an input that is declared twice", severity: .error, advice: "remove one of the two")
    static let missingFile = CheckRule(
        "missing-file", "a file that is included and cannot be read, has mistakes, or includes itself",
        severity: .error, advice: "see `pikachat check` of that file")

    static let errors: [CheckRule] = [
        syntax, usage, undefinedVariable, unknownField, wrongValue, wrongOrder, unknownName, takenName,
        doubleInput, missingFile,
    ]
}
