import Vocabulary

/// The command line of a shell that another program embeds.
struct ShellArguments: Equatable {
    var files: [String] = []
    var commands: [String] = []
    var sets: [String: String] = [:]
    var isJSON = false
    var isHelp = false

    /// - Parameter program: its path, as it was started.
    static func usage(of program: String?) -> String {
        let name = program?.split(separator: "/").last.map(String.init) ?? "shell"
        return """
            usage: \(name) [FILE…] [-c COMMAND]… [--set NAME=VALUE]… [--json]
              FILE              runs scripts, as one; - is standard input
              -c COMMAND        runs this instead
              --set NAME=VALUE  a value for `env NAME` in the script
              --json            one JSON object per event
            Without FILE and COMMAND it asks; `help` lists the commands.
            """
    }

    /// - Throws: `Failure` (usage).
    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "-c": commands.append(try Self.value(&rest, of: argument))
            case "--set":
                let (name, value) = try InputSetting.parse(try Self.value(&rest, of: argument))
                sets[name] = value
            case "--json": isJSON = true
            case "--help", "-h": isHelp = true
            case _ where argument.hasPrefix("-") && argument != "-":
                let known = ["-c", "--set", "--json", "--help"]
                throw Failure(
                    .usage, "unknown option \(argument)",
                    hints: [
                        Suggestion.nearest(to: argument, among: known).map { "did you mean \($0)?" }
                            ?? "known: \(known.joined(separator: ", "))"
                    ])
            default: files.append(argument)
            }
        }
        if !files.isEmpty, !commands.isEmpty {
            throw Failure(.usage, "either files or -c, not both: \(files[0])")
        }
    }

    private static func value(_ rest: inout ArraySlice<String>, of option: String) throws -> String {
        guard let value = rest.popFirst() else { throw Failure(.usage, "\(option) needs a value") }
        return value
    }
}

/// `NAME=VALUE` of `--set`.
package enum InputSetting {
    /// - Throws: `Failure` (usage).
    package static func parse(_ text: String) throws -> (name: String, value: String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw Failure(.usage, "--set needs NAME=VALUE, not \(text.cut(to: 60))")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    package static func parse(_ texts: [String]) throws -> [String: String] {
        Dictionary(try texts.map(parse)) { $1 }
    }
}
