/// A command for /bin/sh that everybody on the machine could read in the list of processes, and must not: it travels in the environment,
/// which only its owner can read, and does not reach the programs that it starts.
package enum HiddenCommand {
    private static let variable = "PIKACHAT_COMMAND"

    /// - Parameter environment: the child's; gets the command.
    /// - Returns: what to pass to `sh -c` instead.
    package static func hide(_ command: String, in environment: inout [String: String]) -> String {
        environment[variable] = command
        return "pikachat_command=$\(variable); unset \(variable); eval \"$pikachat_command\""
    }
}
