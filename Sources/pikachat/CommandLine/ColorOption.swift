/// `--color`, which is needed before the command line is read: errors in it are printed, too.
enum ColorOption {
    /// - Returns: nil: as the terminal can. What is not valid is reported when the command line is read.
    static func choice(_ arguments: ArraySlice<String>, _ environment: [String: String]) -> Bool? {
        var given: String?
        for (argument, next) in zip(arguments, arguments.dropFirst() + [""]) {
            if argument == "--" { break }
            if argument == "--color" { given = next }
            if argument.hasPrefix("--color=") { given = String(argument.dropFirst("--color=".count)) }
        }
        switch given {
        case "always": return true
        case "never": return false
        default:
            if !(environment["NO_COLOR"] ?? "").isEmpty { return false }
            return (environment["FORCE_COLOR"] ?? "").isEmpty ? nil : true
        }
    }

    static let values = ["auto", "always", "never"]
}
