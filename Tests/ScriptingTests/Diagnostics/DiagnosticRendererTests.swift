import Testing

@testable import Scripting

@Suite("frames of errors")
struct DiagnosticRendererTests {
    private func range(_ source: Source, _ line: Int, _ column: Int, _ length: Int) -> SourceRange {
        SourceRange(source: source, line: line, column: column, length: length)
    }

    @Test("a caret stands under its word, tabs or not")
    func caret() {
        let source = Source(name: "x.pika", text: "a\n\tecko hi")
        let diagnostic = Diagnostic(
            .usage, "there is no command ecko", range(source, 2, 2, 4), notes: ["did you mean echo?"])
        #expect(
            DiagnosticRenderer.render(diagnostic)
                == """
                error[usage]: there is no command ecko
                  --> x.pika:2:2
                   |
                 2 | \tecko hi
                   | \t^^^^
                   |
                   = did you mean echo?
                """)
    }

    @Test("a remark about an earlier line stands above; one about another file names its place")
    func remarks() {
        let (source, other) = (
            Source(name: "x.pika", text: "say hi\nexpect"), Source(name: "y.pika", text: "z")
        )
        var diagnostic = Diagnostic(.mismatch, "no", range(source, 2, 1, 6), step: "Chat")
        diagnostic.notes = [
            .init("sent at noon", range(source, 1, 1, 6)), .init("from there", range(other, 1, 1, 1)),
            .init("advice"),
        ]
        #expect(
            DiagnosticRenderer.render(diagnostic)
                == """
                error[mismatch]: no
                  --> x.pika:2:1   step "Chat"
                   |
                 1 | say hi
                   | ------ sent at noon
                 2 | expect
                   | ^^^^^^
                   |
                   = from there (y.pika:1)
                   = advice
                """)
    }

    @Test("what has no place in a script is a message with its advice")
    func nowhere() {
        let diagnostic = Diagnostic(.timeout, "too long", nil, notes: ["advice"])
        #expect(DiagnosticRenderer.render(diagnostic) == "error[timeout]: too long\n  = advice")
    }
}
