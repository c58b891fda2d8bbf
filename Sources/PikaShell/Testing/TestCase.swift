import Scripting
import Vocabulary

/// One run that is planned: a file with one combination of values.
package struct TestCase: Sendable {
    /// Place in the order of the arguments, from 0; what is shown and reported keeps to it.
    package let index: Int
    package let script: CheckedScript
    package let values: Matrix.Combination

    /// Inputs that were given for all files, without secrets.
    private let sets: [String: String]
    private let isLive: Bool

    package init(
        index: Int, script: CheckedScript, values: Matrix.Combination, sets: [String: String] = [:],
        isLive: Bool = false
    ) {
        (self.index, self.script, self.values) = (index, script, values)
        (self.sets, self.isLive) = (sets, isLive)
    }

    /// As it was named, or found.
    package var path: String { script.source.name }
    /// `ci/happy.pika [PROVIDER=fly]`
    package var title: String {
        path + (values.isEmpty ? "" : " [\(values.map(\.description).joined(separator: " "))]")
    }

    /// The command that runs just this again.
    package var again: String {
        let matrix = values.map { " --matrix \(Self.shellWord($0.description))" }.joined()
        return "pikachat test \(Self.shellWord(path))\(matrix)\(Self.options(sets))\(isLive ? " --live" : "")"
    }

    /// The command that runs it alone and stays where it fails, with everything alive.
    package var debug: String {
        let given = sets.merging(values.map { ($0.key, $0.value) }) { $1 }
        return
            "pikachat run \(Self.shellWord(path))\(isLive ? "" : " --mock")\(Self.options(given)) --shell-on-fail"
    }

    private static func options(_ sets: [String: String]) -> String {
        sets.sorted { $0.key < $1.key }.map { " --set \(shellWord("\($0.key)=\($0.value)"))" }.joined()
    }

    /// One word for a shell, whatever is in it.
    private static func shellWord(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/=:,@%+".contains($0)) }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
