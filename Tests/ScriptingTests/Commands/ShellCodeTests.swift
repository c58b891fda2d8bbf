import Foundation
import Testing
import Vocabulary

@testable import Scripting

@Suite("sh — what a variable holds is data", .timeLimit(.minutes(4)))
struct ShellCodeTests {
    static let values = [
        "plain", "", "two  words ", "$(touch PWNED)", "`touch PWNED`", "\"; touch PWNED; \"",
        "'; touch PWNED; '",
        "*", "\\", "\\\\n", "$HOME ${HOME}", "-n", "one\ntwo", "a'b\"c", "~", "{a,b}", ";|&<>()#", "\"", "'",
        "$((1+1))",
    ]

    /// Each prints `<VALUE>` once it is a command of the script.
    static let places = [
        "sh printf '<%s>' $V as=r", "sh printf '<%s>' \"$V\" as=r", "sh printf \"<%s>\" '$V' as=r",
        "sh as=r printf '<%s''>' $V", "sh printf '<%s>' \"$V\"",
        #"sh "printf '<%s>' $V" as=r"#, #"sh "printf '<%s>' \"$V\"" as=r"#, #"sh "printf '<%s>' '$V'" as=r"#,
        #"sh "printf \"<%s>\" '$V'" as=r"#, #"sh "x=$V; printf '<%s>' \"\$x\"" as=r"#,
        #"sh "a=$V; eval 'printf \"<%s>\" \"\$a\"'" as=r"#,
        #"sh "sh -c 'printf \"<%s>\" \"\$1\"' x $V" as=r"#,
        #"sh printf '%s%s%s' "<" $V ">" as=r"#, #"sh printf '<%s>' ''$V"" as=r"#,
        "sh \"\"\"\n  # it's a comment with a quote\n  printf '<%s>' $V # and \"another\n  \"\"\"",
    ]

    @Test("inside quotes or bare, alone or in several words", arguments: values)
    func data(value: String) async throws {
        for place in Self.places {
            let host = FakeHost(environment: ["PATH": "/usr/bin:/bin", "HOME": "/nowhere"])
            let pwned = host.file("pwned")
            let value = value.replacing("PWNED", with: pwned)
            let run = try await ScriptRun.make(
                "env V\n\(place)\necho $last.text", host: host, inputs: Inputs(sets: ["V": value]))
            #expect(run.printed == ["<\(value)>"], "\(place): \(run.printed) \(run.failure?.message ?? "")")
            #expect(!FileManager.default.fileExists(atPath: pwned), "\(place)")
        }
    }

    @Test(
        "a variable behind a backslash or a part of a longer word; code of the script stays code",
        arguments: [
            (#"sh "printf '<%s>' \\$V" as=r"#, "<\\a  b>"),
            (#"sh "printf '<%s>' \"\\$V\"" as=r"#, "<\\a  b>"),
            (#"sh "printf '<%s>' \\\\$V" as=r"#, "<\\a  b>"),
            ("sh printf '<%s>' x$V-${V}y as=r", "<xa  b-a  by>"),
            ("sh printf '<%s>' k=$V as=r", "<k=a  b>"), (#"sh printf '<%s>' k="q $V" as=r"#, "<k=q a  b>"),
            (#"sh printf '<%s>' "q \" \\ $V" as=r"#, "<q \" \\ a  b>"),
            (#"sh "printf '%s' 'a\\'$V" as=r"#, "a\\a  b"), (#"sh "x=1; echo \$x" as=r"#, "1"),
            (#"sh echo \$((1+2)) as=r"#, "3"),
            ("sh echo 'a   b'   c as=r", "a   b c"),
            ("sh echo a; echo b as=r", "a\nb"), (#"sh "echo a#'$V'" as=r"#, "a#a  b"),
            (#"sh "echo '#'$V" as=r"#, "#a  b"),
            ("sh printf '%s' one \\\n  two as=r", "onetwo"), (#"sh "echo \\' $V" as=r"#, "' a  b"),
        ])
    func code(line: String, output: String) async throws {
        let run = try await ScriptRun.make(
            "env V\n\(line)\necho $last.text", host: FakeHost(environment: ["PATH": "/usr/bin:/bin"]),
            inputs: Inputs(sets: ["V": "a  b"]))
        #expect(run.printed == [output], "\(run.printed) \(run.failure?.message ?? "")")
    }

    @Test("start gets its variables as data, too")
    func started() async throws {
        let host = FakeHost(environment: ["PATH": "/usr/bin:/bin"])
        let (log, pwned) = (host.file("kept.log"), host.file("pwned"))
        let value = "$(touch \(pwned)) `touch \(pwned)` '\""
        let run = try await ScriptRun.make(
            "env V\nstart j log=\(log) \"printf '<%s>' $V; echo done > \(log).end; exec sleep 100\"\nsh until test -s \(log).end; do :; done",
            host: host, inputs: Inputs(sets: ["V": value]))
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "<\(value)>")
        #expect(!FileManager.default.fileExists(atPath: pwned))
    }

    @Test("a value that does not fit into an environment is refused before anything runs")
    func tooLong() async throws {
        for (count, fits) in [(131_007, true), (131_009, false)] {
            let host = FakeHost(environment: ["PATH": "/usr/bin:/bin"])
            let file = host.file("f")
            try String(repeating: "x", count: count).write(toFile: file, atomically: true, encoding: .utf8)
            let run = try await ScriptRun.make(
                "sh cat \(file) as=f\nsh printf '%s' $f.text | wc -c as=r\necho $r.text", host: host)
            if fits {
                #expect(run.printed == ["\(count)"], "\(run.failure?.message ?? "")")
            } else {
                #expect(run.failure?.code == .usage && run.failure?.message.contains("too long") ?? false)
            }
        }
    }

    @Test("programs get declared inputs, and secrets only by name")
    func environment() async throws {
        let host = FakeHost(
            environment: ["PATH": "/usr/bin:/bin", "API_KEY": "hidden-1", "OTHER": "seen"],
            secretVariables: ["API_KEY"])
        let run = try await ScriptRun.make(
            """
            env IN=input
            env TOKEN secret
            let code="x"
            sh echo "[\\$API_KEY][\\$OTHER][\\$IN][\\$TOKEN]" as=a
            sh secrets=API_KEY,TOKEN echo "[\\$API_KEY][\\$TOKEN]" | tr a-z A-Z as=b
            env CMD="echo \\$IN \\$0"
            sh command=$CMD as=c
            """, host: host, inputs: Inputs(sets: ["TOKEN": "sesame"]))
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
        func text(_ name: String) async -> String {
            guard case .record(let fields)? = await run.interpreter.value(of: name) else { return "" }
            return fields["text"]?.description ?? ""
        }
        #expect(await text("a") == "[][seen][input][]")
        #expect(await text("b") == "[HIDDEN-1][SESAME]")
        #expect(await text("c") == "input /bin/sh")
    }

    @Test("the result of sh: status, both streams, JSON; a failure shows the end of what was printed")
    func result() async throws {
        let run = try await ScriptRun.make(
            #"""
            sh "echo '{\"a\":[1.50]}'; echo warn >&2" as=r
            echo $r.status $r.json.a.0 $r.stderr
            sh "printf 'a\\n\\n'" as=n
            echo <$n.text>
            try sh "for i in 1 2 3 4 5 6 7 8 9; do echo e\$i >&2; done; echo out; exit 3" as=f
            echo $f.status $f.text $f.code
            sh "echo only-out; exit 4"
            """#, host: FakeHost(environment: ["PATH": "/usr/bin:/bin"]))
        #expect(run.printed == ["0 1.50 warn", "<a\n>", "3 out protocol"], "\(run.printed)")
        #expect(run.failure?.notes.map(\.text) == ["only-out"] && run.failure?.code == .protocolError)
        let long = try await ScriptRun.make(
            #"sh "for i in 1 2 3 4 5 6 7 8 9; do echo e\$i >&2; done; echo out; exit 3""#)
        #expect(long.failure?.notes.map(\.text) == (2...9).map { "e\($0)" })
        #expect(long.failure?.message == "the command ended with status 3")
    }
}
