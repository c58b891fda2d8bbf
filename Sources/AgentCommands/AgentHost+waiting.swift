import AgentCore
import Nostr
import Scripting
import Vocabulary

/// What a wait is about, for the line that tells how far it is.
extension AgentHost {
    package func whatIsUnderWay() async -> [String] {
        var notes: [String] = []
        for (line, since) in log.trace.unanswered(in: .http) {
            let seconds = log.trace.elapsed(since: since) / 1000
            notes.append("\(line.dropFirst(2)): no answer for \(seconds)s")
        }
        if let session = try? await sessions.session(named: SessionScope.name) {
            notes += await session.seenMeanwhile
        }
        let pool = workspace.environment.pool
        let troubles = await pool.troubles()
        let total = pool.relays.count
        if let worst = troubles.first {
            notes.append("\(total - troubles.count) of \(total) relays · \(worst)")
        } else {
            notes.append(total == 1 ? "relay connected" : "\(total) relays connected")
        }
        return notes
    }
}
