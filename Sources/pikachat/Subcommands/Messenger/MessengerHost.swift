import AgentCore
import Cryptography
import Foundation
import Marmot
import Messenger
import Nostr
import Vocabulary

/// A messenger over the state directory of this process.
struct MessengerHost: Sendable {
    let messenger: Messenger
    let workspace: Workspace

    /// How long a daemon waits for the one before it to end.
    private static let lockLimit: Duration = .seconds(10)
    private static let lockPause: Duration = .milliseconds(100)
    /// Nothing of a group's conversation is looked back at here.
    private static let transcript = 16

    /// Opens the state directory; connects to nothing yet.
    ///
    /// - Parameter waitsForLock: for as long as a program that is ending may take.
    /// - Throws: `StateDirectory.Locked`, `FileError`.
    init(
        _ context: CommandContext, settings: MessengerSettings = MessengerSettings(),
        waitsForLock: Bool = false
    ) async throws {
        let configuration = context.configuration
        let desk = MessageDesk(
            archive: MessageArchive(directory: configuration.stateDirectory), log: context.log)
        var opening = Workspace.Settings(
            directory: configuration.stateDirectory, relays: configuration.relays)
        opening.keyPackageRelays = configuration.explicitKeyPackageRelays
        opening.authorityFile = configuration.authorityFile
        opening.limits.transcript = Self.transcript
        opening.keeper = desk
        workspace = try await Self.open(opening, context.log, waitsForLock: waitsForLock)
        messenger = Messenger(
            workspace: workspace, desk: desk, settings: settings, relays: configuration.relays,
            http: context.http)
        if access(workspace.directory.file("mdk.sqlite"), F_OK) == 0 {
            context.log.emit(
                .warning(
                    "the state directory has groups of the Rust program (mdk.sqlite), which cannot be read: their members must invite this account again; the file is left as it is"
                ))
        }
    }

    private static func open(
        _ settings: Workspace.Settings, _ log: EventLog, waitsForLock: Bool
    ) async throws -> Workspace {
        let clock = ContinuousClock()
        let end = clock.now + lockLimit
        while true {
            do {
                return try Workspace(settings, log: log, clock: clock)
            } catch let locked as StateDirectory.Locked {
                guard waitsForLock, clock.now < end else { throw locked }
                try await clock.sleep(for: lockPause)
            }
        }
    }
}
