/// Part of the language that is not a command, with its page of help.
struct LanguageTopic: Sendable {
    let name: String
    /// Other words that lead to it.
    var aliases: [String] = []
    let summary: String
    let text: String

    /// - Parameter catalogue: names the failure codes, a program's own among them.
    func page(_ catalogue: CommandCatalogue) -> String {
        let codes = catalogue.failureCodes.map(\.name).joined(separator: " ")
        return "\(name) – \(summary)\n\n\(text)".replacing("{codes}", with: codes)
    }

    static func named(_ name: String) -> LanguageTopic? {
        all.first { $0.name == name || $0.aliases.contains(name) }
    }

    static let all = [
        LanguageTopic(
            name: "if", aliases: ["unless", "else", "end", "condition"],
            summary: "runs commands only when a condition holds",
            text: """
                if CONDITION                 unless CONDITION            one line:
                  COMMAND…                     COMMAND…                    if CONDITION: COMMAND
                else if CONDITION            end                           unless CONDITION: COMMAND
                  COMMAND…
                else
                  COMMAND…
                end

                CONDITION is
                  $x                           neither empty nor no, false, 0 or off
                  A == B   A != B              also < <= > >= for numbers
                  A contains B                 ignoring case and runs of blanks
                  A matches /RE/
                  ok COMMAND                   the command succeeds
                joined with not, and, or (not binds before and, and before or)
                """),
        LanguageTopic(
            name: "for", aliases: ["repeat", "loop"], summary: "runs commands several times",
            text: """
                for NAME in a b c              for NAME in $list           repeat 3
                  COMMAND… with $NAME            COMMAND…                    COMMAND…
                end                            end                         end

                A word such as a,b,c stands for three values.
                """),
        LanguageTopic(
            name: "defer", summary: "runs a command at the end, whatever happened",
            text: """
                defer COMMAND

                Deferred commands run after the last line, after a failure and after Ctrl-C, the last one first. One that
                fails makes the run end with status 6.
                  spawn microvm
                  defer teardown
                """),
        LanguageTopic(
            name: "try", aliases: ["soft", "fails"], summary: "goes on although a command fails",
            text: """
                try COMMAND          stores the failure in $error ($error.code, $error.message) and goes on
                soft COMMAND         reports the failure and goes on; the run ends as failed
                fails CODE: COMMAND  the command must fail, with that code; CODE may be left out

                Codes: {codes}
                """),
        LanguageTopic(
            name: "in", summary: "runs a command in another session",
            text: """
                in SESSION: COMMAND

                $vm, $group and $reply are those of that session while the command runs; the session in use stays in use.
                  spawn microvm as=a
                  spawn microvm as=b
                  in a: say hello
                """),
        LanguageTopic(
            name: "background", summary: "runs a command of ours beside what follows",
            text: """
                background NAME: COMMAND

                It has the variables and the session of that moment; `wait NAME` waits for it and takes its result. What it prints is
                marked [NAME]. One that fails and that nobody waits for makes the script fail at its end; one that still runs
                then is ended.
                  background b: spawn fly as=b
                  spawn microvm as=a
                  wait b
                """),
        LanguageTopic(
            name: "within", aliases: ["timeout", "every", "stable", "as"],
            summary: "what every command takes: limits, retries, a name for the result",
            text: """
                as=NAME       stores the result: $NAME.tries, $NAME.ms and the fields that the command's help lists
                timeout=5s    limit of one try
                within=20s    tries again until it succeeds, for at most this long; only what can heal is retried:
                              not reachable, not ready, 408, 425, 429 and 5xx, and 404 for http
                every=500ms   pause between tries; without it, it doubles while a relay says rate-limited, up to 8 s
                stable=2s     must stay true for this long

                A plain number is a number of seconds. Some commands wait by themselves: there within= is their limit.
                """),
        LanguageTopic(
            name: "variables", aliases: ["variable", "$"], summary: "$name, $name.field, ${name}",
            text: """
                let x=VALUE sets one; as=NAME on any command stores its result; env declares inputs from outside.
                $name.field.0 follows fields and list positions; ${name}text ends the name; \\$ is a dollar sign.
                A variable is always one word. Always there: $mock $ci $tty $last $error; vars lists all.
                """),
        LanguageTopic(
            name: "text", aliases: ["quotes", "words", "comments"],
            summary: "words, quotes, comments, long lines",
            text: """
                One command per line; \\ at the end goes on in the next line; # begins a comment at the start of a line or as
                a word of its own. "double quotes" keep blanks, with \\" \\\\ \\$ \\n \\t \\u{e9} inside. Text of several lines
                stands between lines with \"\"\".
                """),
    ]
}
