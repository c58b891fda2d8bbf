import AgentCore
import Scripting

extension CommandCatalogue {
    /// The general commands and those about agents.
    package static func agents(_ providers: [ProviderDescription]) -> CommandCatalogue {
        let agents: [any Command] = [
            SpawnCommand(providers: providers), AttachCommand(), WaitKeyPackageCommand(),
            GroupCreateCommand(), GroupListCommand(), GroupUseCommand(), GroupStateCommand(),
            GroupMembersCommand(), GroupInviteCommand(), GroupWelcomeCommand(), GroupChangeCommand.remove,
            GroupLeaveCommand(),
            GroupChangeCommand.rename, GroupChangeCommand.relays, GroupChangeCommand.promote,
            GroupChangeCommand.demote, GroupChangeCommand.updateKeys, GroupRenewCommand(), DecodeCommand(),
            SayCommand(),
            ExpectCommand(subjects: [
                ReplySubject(), EventSubject.keyPackage, EventSubject.welcome, SessionSubject.member,
                SessionSubject.state,
            ]), StateCommand(), MessagesCommand(), KeepCommand(),
            TeardownCommand(), AgentsCommand(), SessionsCommand(), RelaysCommand(), FaultsCommand(),
            UseCommand(), MockCommand(), FaultCommand(),
        ]
        return agents + CommandCatalogue.general
    }
}
