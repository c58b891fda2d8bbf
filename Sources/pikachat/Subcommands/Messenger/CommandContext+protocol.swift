import Vocabulary

extension CommandContext {
    /// For commands whose output belongs to programs: what happens is told on the error stream, without what people say to each other.
    func forProtocol() -> CommandContext {
        let log = EventLog(masking: log.masking)
        let (terminal, level) = (terminal, configuration.level)
        log.listen { record in
            switch record.event.role {
            case .received, .sent, .answer, .status, .progress: return
            case .failure, .warning, .notice, .heading, .hint, .record:
                guard record.event.level >= level else { return }
                if record.event.isBlock {
                    terminal.block(record.event.text, to: .error)
                } else {
                    terminal.line(record.event.text, to: .error)
                }
            }
        }
        log.settle(by: { await terminal.hasRoom() }, shown: { await terminal.hasShownAll() })
        return with(configuration, log: log)
    }

    /// Tells why something failed on the error stream.
    ///
    /// - Returns: the exit status.
    func reporting(_ body: () async throws -> Int32) async -> Int32 {
        do { return try await body() } catch {
            let failure = Failure(error)
            log.emit(.failure(failure))
            return failure.code.exitStatus
        }
    }
}
