import AgentCore
import Messenger
import Vocabulary

/// A daemon that uses the state directory: whether it answers, and what it is doing.
enum DaemonCheck {
    private static let limit: Duration = .seconds(5)

    /// - Returns: nil where no daemon is listening.
    static func finding(_ configuration: Configuration) async -> Finding? {
        let socket = LocalSocket(
            stateDirectory: configuration.stateDirectory, environment: configuration.environment)
        do {
            guard let daemon = try DaemonConnection(socket) else { return nil }
            let groups = try await withDeadline(limit, clock: ContinuousClock()) {
                try await daemon.run(.listGroups(all: false))
            }
            let count = groups?["groups"].items.count ?? 0
            return Finding(
                "daemon", .ok,
                "answers at \(socket.path), in \(count == 1 ? "1 group" : "\(count) groups")")
        } catch is DeadlineExceeded {
            return Finding(
                "daemon", .bad, "listens at \(socket.path), but does not answer within \(limit.inSeconds)",
                advice: ["look at its log, and start it again"])
        } catch {
            return Finding("daemon", .bad, Failure(error))
        }
    }
}
