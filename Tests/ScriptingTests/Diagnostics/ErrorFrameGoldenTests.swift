import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("frames of errors, word for word")
struct ErrorFrameGoldenTests {
    @Test("each mistake is shown at its place, with what to do")
    func frames() throws {
        let frames = CheckerTests.mistakes.map { text, _ in
            let found: [Diagnostic] =
                switch CheckedScript.make(
                    Source(name: "t.pika", text: text), catalogue: CheckerTests.catalogue,
                    context: CheckContext(host: []))
                {
                case .success: []
                case .failure(let problems): problems.problems
                }
            return "##### \(text.replacing("\n", with: " ⏎ "))\n"
                + found.map({ DiagnosticRenderer.render($0) }).joined(separator: "\n")
        }
        let golden = GoldenFile("Tests/Golden/error-frames.txt")
        let difference = try golden.difference(from: frames.joined(separator: "\n\n") + "\n")
        #expect(difference == nil, "\(difference ?? "")")
    }
}
