/// Ends a script without being a failure.
package enum ScriptEnd: Error, Equatable {
    /// `skip WHY`
    case skipped(why: String)
    /// `--until`
    case stopped
    /// `quit`: at the prompt, the shell may ask first.
    case quit
}
