import AgentCore

/// All commands there are, in the order help shows them.
package struct CommandCatalogue: Sendable {
    package let commands: [any Command]

    package init(providers: [ProviderDescription]) {
        commands = [
            SpawnCommand(providers: providers), AttachCommand(), WaitKeyPackageCommand(),
            GroupCreateCommand(), GroupListCommand(), GroupUseCommand(), GroupStateCommand(),
            GroupMembersCommand(), GroupInviteCommand(),
            GroupChangeCommand.remove, GroupLeaveCommand(), GroupChangeCommand.rename,
            GroupChangeCommand.relays,
            GroupChangeCommand.promote, GroupChangeCommand.demote, GroupChangeCommand.updateKeys,
            DecodeCommand(), SayCommand(), ExpectCommand(), StateCommand(), MessagesCommand(), KeepCommand(),
            TeardownCommand(),
            VMsCommand(), UseCommand(), HTTPCommand(), StartCommand(), StopCommand(), JobsCommand(),
            LogsCommand(), ShCommand(),
            EnvCommand(), LetCommand(), RequireCommand(), StepCommand(), EchoCommand(), HintCommand(),
            SleepCommand(),
            SkipCommand(), FailCommand(), MockCommand(), FaultCommand(),
        ]
    }

    package var names: [String] { commands.map(\.description.name) }

    package func command(named name: String) -> (any Command)? {
        commands.first { $0.description.name == name }
    }

    /// The command that an invocation names, and how many of its words are the name.
    ///
    /// - Throws: `Diagnostic` with the nearest name.
    package func resolve(_ invocation: Invocation) throws(Diagnostic) -> (
        command: any Command, nameWords: Int
    ) {
        let words = invocation.words.prefix(2).map(\.bare)
        if words.count == 2, let first = words[0], let second = words[1],
            let found = command(named: "\(first) \(second)")
        {
            return (found, 2)
        }
        if let first = words.first ?? nil, let found = command(named: first) { return (found, 1) }
        throw unknown(invocation)
    }

    private func unknown(_ invocation: Invocation) -> Diagnostic {
        let first = invocation.words.first
        let written = first?.bare ?? first?.source ?? ""
        let two = invocation.words.prefix(2).map(\.source).joined(separator: " ")
        let family = names.filter { $0.hasPrefix(written + " ") }
        if !family.isEmpty, !written.isEmpty {
            let nearest = Suggestion.nearest(to: two, among: family).map { ["did you mean \($0)?"] } ?? []
            return Diagnostic(
                code: .usage,
                message: invocation.words.count > 1
                    ? "there is no command \(two)" : "\(written) needs a second word",
                range: first?.range, notes: nearest + ["known: \(family.joined(separator: ", "))"])
        }
        let nearest =
            Suggestion.nearest(to: two, among: names) ?? Suggestion.nearest(to: written, among: names)
        return Diagnostic(
            code: .usage, message: "there is no command \(written)", range: first?.range,
            notes: nearest.map { ["did you mean \($0)?"] } ?? ["help lists all commands"])
    }
}
