import Scripting
import Synchronization

/// Help with the line that is typed at a prompt, from the catalogue and the names that there were when the line began.
final class LiveLineHelp: LineHelp {
    private let completions: Mutex<Completions>
    private let colors: SyntaxColors

    init(catalogue: CommandCatalogue) {
        completions = Mutex(Completions(catalogue: catalogue))
        colors = SyntaxColors(catalogue: catalogue)
    }

    var names: LiveNames {
        get { completions.withLock { $0.names } }
        set { completions.withLock { $0.names = newValue } }
    }

    func candidates(for text: String) -> [Completions.Candidate] {
        completions.withLock { $0.all(for: text) }
    }
    func hint(for text: String) -> String { completions.withLock { $0.hint(for: text) } }
    func painted(_ line: String) -> String { colors.painted(line) }
}
