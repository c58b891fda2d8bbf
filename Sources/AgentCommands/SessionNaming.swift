import Scripting

/// Commands that open a session name it by `session=`, or by the name of their result.
enum SessionNaming {
    static func created(by call: WrittenCall) -> [(naming: Naming, word: Word)] {
        let naming = Naming("session", creates: true)
        return [call.parameters["session"], call.resultName].compactMap { $0 }.map { (naming, $0) }
    }
}

extension CommandCall {
    /// The session that a command opens; nil takes the one in use.
    var sessionName: String? { values.text("session") ?? resultName ?? SessionScope.name }
}
