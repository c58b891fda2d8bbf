import AgentCore
import Foundation
import PikaShell
import Scripting
import Vocabulary

/// Hosts for the files of a suite: each with a world and a state directory of its own.
extension CommandContext {
    /// - Parameter log: of one try of one file.
    func testWorld(for test: TestCase, _ log: EventLog, _ request: TestRequest) async throws -> TestWorld {
        let isMock = request.isMock
        log.masking.addCredentials(of: providers, in: configuration.environment)
        log.masking.addCredentials(of: providers, in: try dotEnv())
        let reel = try request.cassettes.reel(script: test.path, values: test.values, log: log)
        let directory = isMock ? nil : try Self.liveDirectory(configuration)
        var own = configuration
        if let directory { own.stateDirectory = directory }
        let host = try await LiveHost.make(with(own, log: log), isMock: isMock, tellsHTTP: true, reel: reel)
        return TestWorld(host: host) {
            let isSettled = await host.isSettled
            await host.close()
            // What still costs money is in the ledger there.
            if let directory, isSettled { try? FileManager.default.removeItem(atPath: directory) }
            try await reel?.finish()
        }
    }

    /// Beside the usual state, so that `--state-dir` finds what a run that was killed has left.
    private static func liveDirectory(_ configuration: Configuration) throws -> String {
        let path = "\(configuration.stateDirectory)/tests/\(UUID().uuidString.lowercased().prefix(8))"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Failure(.require, "\(path): cannot be made: \(error.localizedDescription)") }
        return path
    }

    func makeStateDirectory() throws {
        guard !FileManager.default.fileExists(atPath: configuration.stateDirectory) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: configuration.stateDirectory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(
                .require, "\(configuration.stateDirectory): cannot be made: \(error.localizedDescription)")
        }
    }

    func showFailure(_ diagnostic: Diagnostic) {
        terminal.block(log.masking.mask(LogEvent.failure(diagnostic).text), .red, to: .error)
    }

    func showWarning(_ diagnostic: Diagnostic) {
        terminal.block(LogEvent.warning(diagnostic).text, lead: [("warning: ", .plain)], to: .error)
    }
}
