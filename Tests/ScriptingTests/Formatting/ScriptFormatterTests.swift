import Foundation
import TestSupport
import Testing

@testable import Scripting

@Suite("fmt")
struct ScriptFormatterTests {
    private func format(_ text: String) throws -> String {
        try ScriptFormatter.format(Source(name: "t", text: text), catalogue: ScriptRun.catalogue).get()
    }

    @Test(
        "one style",
        arguments: [
            ("echo   a    b", "echo a b\n"), ("", ""), ("\n\n", ""),
            ("\n\necho a\n\n\n\necho b\n\n", "echo a\n\necho b\n"),
            ("if $mock\necho a\nelse\n\t echo b\nend", "if $mock\n  echo a\nelse\n  echo b\nend\n"),
            ("for i in a\nrepeat 2\necho $i\nend\nend", "for i in a\n  repeat 2\n    echo $i\n  end\nend\n"),
            (
                "   # top\nif $mock\n# in\necho a   #  c  \nend\n # end",
                "# top\nif $mock\n  # in\n  echo a #  c\nend\n# end\n"
            ),
            ("if $mock:   echo  a", "if $mock: echo a\n"), ("let x=\"a   b\"   y=2", "let x=\"a   b\" y=2\n"),
            ("if $mock\n  ok a \\\n b   \\\n  c\nend", "if $mock\n  ok a \\\n      b \\\n      c\nend\n"),
            ("sh echo   'a   b'  ;  true", "sh echo   'a   b'  ;  true\n"),
            ("if $mock\nsh echo   a \\\n   b\nend", "if $mock\n  sh echo   a \\\n   b\nend\n"),
            (
                "if $mock\nlet t=\"\"\"\n    one\n      two\n  \"\"\"\nend",
                "if $mock\n  let t=\"\"\"\n    one\n      two\n  \"\"\"\nend\n"
            ),
            ("#!/usr/bin/env -S pikachat run\necho a", "#!/usr/bin/env -S pikachat run\necho a\n"),
            ("echo a\r\necho b\r\n", "echo a\necho b\n"),
            ("expect \"a\"  matches  /a   b/", "expect \"a\" matches /a   b/\n"),
            ("if $mock == \"a b\":   echo x", "if $mock == \"a b\": echo x\n"), ("echo a\\", "echo a \\\n"),
            ("\u{feff}echo a", "echo a\n"), ("echo\u{a0}a", "echo a\n"),
        ])
    func style(before: String, after: String) throws {
        #expect(try format(before) == after)
        #expect(try format(after) == after)
    }

    @Test("what cannot be read stays as it is", arguments: ["nonsense", "if $mock", "let x=\"a", "end"])
    func mistakes(text: String) {
        #expect(throws: ScriptProblems.self) { try format(text) }
    }

    @Test("every script of the repository is in it, but for those of other programs")
    func repository() throws {
        let root = Vectors.repositoryRoot.path
        let scripts = FileManager.default.enumerator(atPath: root + "/scripts")
        var count = 0
        while let name = scripts?.nextObject() as? String {
            guard name.hasSuffix(".pika") else { continue }
            count += 1
            // Commands do not matter for the style; those of agents are not known here.
            let text = try String(contentsOfFile: "\(root)/scripts/\(name)", encoding: .utf8)
            let known = text.split(separator: "\n").compactMap { line in
                line.drop { $0 == " " }.split(separator: " ").first.map(String.init)
            }
            let catalogue =
                CommandCatalogue.general
                + known.map { word in
                    FakeCommand(word).described { $0.words = .raw("") }
                }
            guard
                case .success(let formatted)? = try? ScriptFormatter.format(
                    Source(name: name, text: text), catalogue: catalogue)
            else { continue }
            #expect(formatted == text, "\(name)")
        }
        #expect(count > 20)
    }
}
