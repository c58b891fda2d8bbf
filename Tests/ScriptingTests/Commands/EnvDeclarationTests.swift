import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("env — declarations of inputs")
struct EnvDeclarationTests {
    private func declare(_ words: (String?, String)...) throws -> EnvDeclaration {
        try EnvDeclaration(words.map { (key: $0.0, text: $0.1) })
    }

    @Test("name, default and every attribute")
    func attributes() throws {
        let plain = try declare(("CPU_2", "1"), ("help", "virtual CPUs"), ("oneof", "1,2"))
        #expect(plain.name == "CPU_2" && plain.defaultText == "1" && plain.help == "virtual CPUs")
        #expect(plain.choices == ["1", "2"] && !plain.isSecret && !plain.isList)
        let secret = try declare((nil, "_TOKEN"), (nil, "secret"))
        #expect(secret.isSecret && secret.defaultText == nil && secret.name == "_TOKEN")
        #expect(try declare((nil, "L"), (nil, "list")).isList)
    }

    @Test(
        "what cannot be declared says why",
        arguments: [
            ([], "env needs a name"), ([(nil, "cpu")], "env CPU"), ([("my-cpu", "1")], "upper-case"),
            ([(nil, "1A")], "upper-case"), ([(nil, "Ä")], "upper-case"), ([(nil, "A-B")], "env A_B"),
            ([(nil, "")], "upper-case"),
            ([("A", "1"), (nil, "sekret")], "env does not know sekret"),
            ([("A", "1"), ("hlep", "x")], "does not know hlep="),
            ([("T", "x"), (nil, "secret")], "a secret cannot have a default"),
            ([("T", ""), (nil, "secret")], "a secret cannot have a default"),
            ([("A", "x"), ("oneof", "b,c")], "the default x is not one of b, c"),
            ([("A", "b,x"), ("oneof", "b,c"), (nil, "list")], "the default x is not one of"),
            ([("A", "b,c"), ("oneof", "b,c")], "the default b,c is not one of"),
        ] as [([(String?, String)], String)])
    func refused(words: [(String?, String)], part: String) {
        let failure = #expect(throws: Failure.self) {
            try EnvDeclaration(words.map { (key: $0.0, text: $0.1) })
        }
        #expect(
            failure?.code == .usage && failure?.message.contains(part) ?? false, "\(failure?.message ?? "")")
    }

    @Test("--set goes before the environment, that before .env, that before the default; empty is unset")
    func sources() throws {
        let input = try declare(("A", "default"))
        func value(_ sets: String?, _ environment: String?, _ dotenv: String?) throws -> String {
            func one(_ value: String?) -> [String: String] { value.map { ["A": $0] } ?? [:] }
            return try input.text(
                from: Inputs(sets: one(sets), environment: one(environment), dotenv: one(dotenv)))
        }
        #expect(try value("s", "e", "d") == "s" && value(nil, "e", "d") == "e" && value("", "", "d") == "d")
        #expect(try value(nil, nil, nil) == "default")
        #expect(try declare((nil, "B")).text(from: Inputs()) == "")
    }

    @Test("a value must be one of the choices: each item of a list; nothing is always allowed")
    func choices() throws {
        let one = try declare(("A", "b"), ("oneof", "b,c"))
        #expect(try one.text(from: Inputs(sets: ["A": "c"])) == "c")
        #expect(throws: Failure.self) { try one.text(from: Inputs(sets: ["A": "b,c"])) }
        let list = try declare((nil, "A"), ("oneof", "b,c"), (nil, "list"))
        #expect(try list.text(from: Inputs(sets: ["A": "c,b"])) == "c,b")
        #expect(try list.text(from: Inputs()) == "")
        let failure = #expect(throws: Failure.self) { try list.text(from: Inputs(sets: ["A": "b,zz"])) }
        #expect(failure?.message == "A=zz is not one of b, c")
    }

    @Test("a secret that is not one of its choices, or too short to be masked, is not quoted")
    func secretValues() throws {
        let chosen = try declare((nil, "TOKEN"), (nil, "secret"), ("oneof", "first,second"))
        let wrong = #expect(throws: Failure.self) { try chosen.text(from: Inputs(sets: ["TOKEN": "sesame"])) }
        #expect(wrong?.message == "TOKEN is not one of first, second" && !"\(wrong!)".contains("sesame"))
        let token = try declare((nil, "TOKEN"), (nil, "secret"))
        let short = #expect(throws: Failure.self) { try token.text(from: Inputs(sets: ["TOKEN": "xyz"])) }
        #expect(short?.message.contains("shorter than 4") ?? false && !"\(short!)".contains("xyz"))
        #expect(try token.text(from: Inputs(sets: ["TOKEN": "wxyz"])) == "wxyz")
        #expect(try token.text(from: Inputs()) == "")
        #expect(try declare((nil, "PLAIN")).text(from: Inputs(sets: ["PLAIN": "x"])) == "x")
    }

    @Test("NAME_FILE names a file that holds a secret: whole, without the line ends at its end")
    func files() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("token")
        let token = try declare((nil, "TOKEN"), (nil, "secret"))
        let inputs = Inputs(environment: ["TOKEN_FILE": path])
        #expect(throws: Failure.self) { try token.text(from: inputs) }
        try Data("line one\n two \r\n\n".utf8).write(to: URL(filePath: path))
        #expect(try token.text(from: inputs) == "line one\n two ")
        // The value itself goes first; inputs that are no secrets do not read files.
        #expect(try token.text(from: Inputs(sets: ["TOKEN": "given", "TOKEN_FILE": path])) == "given")
        #expect(try declare((nil, "TOKEN")).text(from: inputs) == "")
        try Data("abc\n".utf8).write(to: URL(filePath: path))
        #expect(throws: Failure.self) { try token.text(from: inputs) }
        try Data(repeating: 0x78, count: 1 << 20).write(to: URL(filePath: path))
        #expect(try token.text(from: inputs).count == 1 << 20)
        for bad in [Data(repeating: 0x78, count: 1 << 20 + 1), Data([0xff, 0xfe, 0x41, 0x42, 0x43])] {
            try bad.write(to: URL(filePath: path))
            let failure = #expect(throws: Failure.self) { try token.text(from: inputs) }
            #expect(failure?.code == .require && failure?.message.contains("TOKEN_FILE names") ?? false)
        }
        let folder = #expect(throws: Failure.self) {
            try token.text(from: Inputs(environment: ["TOKEN_FILE": directory.path]))
        }
        #expect(folder?.code == .require)
    }

    @Test("in a script: a secret is masked and programs do not get it; a list has items")
    func inScript() async throws {
        let run = try await ScriptRun.make(
            "env TOKEN secret\nenv L=\"a, b\" list\nenv P=plain\necho <$TOKEN>\necho $L.1\nsh echo \"[\\$TOKEN][\\$P]\" as=r\necho $r.text\nlet copy=$TOKEN\nvars",
            inputs: Inputs(sets: ["TOKEN": "sesame-open"]))
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
        #expect(run.printed == ["<‹redacted›>", "b", "[][plain]"], "\(run.printed)")
        #expect(await run.interpreter.variables.secrets == ["TOKEN", "copy"])
        let vars = run.host.events.map(\.text).filter { $0.contains("copy =") }
        #expect(vars.count == 1 && !vars[0].contains("sesame"))
    }

    @Test("the items of a secret list are secrets, too")
    func secretList() async throws {
        let run = try await ScriptRun.make(
            "env KEYS secret list\nfor key in $KEYS\n  echo <$key>\nend\necho $KEYS\nvars",
            inputs: Inputs(sets: ["KEYS": "first-key, second-key"]))
        #expect(
            run.printed == ["<‹redacted›>", "<‹redacted›>", "‹redacted›,‹redacted›"], "\(run.printed)")
        let vars = run.host.events.last { $0.text.contains("KEYS = ") }?.text ?? ""
        #expect(vars.split(separator: "\n").contains("KEYS = ‹redacted›"), "\(vars)")
    }

    @Test("a short item of a secret list is refused: it cannot be masked")
    func shortItem() throws {
        let keys = try EnvDeclaration([(nil, "KEYS"), (nil, "secret"), (nil, "list")])
        let failure = #expect(throws: Failure.self) {
            try keys.text(from: Inputs(sets: ["KEYS": "first-key, abc"]))
        }
        #expect(failure?.code == .usage && failure?.message.contains("abc") == false)
        #expect(try keys.text(from: Inputs(sets: ["KEYS": "first-key,, abcd"])) == "first-key,, abcd")
    }

    @Test("the choices of a list are looked at without the blanks around them")
    func choicesOfList() throws {
        let list = try EnvDeclaration([("L", "a, b"), (nil, "list"), ("oneof", "a,b")])
        #expect(try list.text(from: Inputs()) == "a, b")
        #expect(throws: Failure.self) { try list.text(from: Inputs(sets: ["L": "a, c"])) }
    }
}
