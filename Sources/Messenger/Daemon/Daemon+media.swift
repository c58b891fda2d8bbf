import Marmot
import Vocabulary

/// Files that come with messages: they are there before the client is told.
extension Daemon {
    func media(of message: HeardMessage) async -> [EventValue] {
        let attachments = MediaAttachment.all(in: message.rumor.tags)
        guard !attachments.isEmpty, let group = try? await messenger.group(message.nostrGroupID) else {
            return []
        }
        let folder = MediaFolder(stateDirectory: messenger.workspace.directory.path)
        // Its group waits for this: so long, and for one file after the other.
        let end = ContinuousClock.now + options.mediaLimit
        var elements: [EventValue] = []
        for attachment in attachments.prefix(options.attachmentLimit) {
            var fields = attachment.fields(isComplete: false)
            do {
                let bytes = try await withDeadline(max(.zero, end - .now), clock: ContinuousClock()) {
                    try await self.messenger.download(attachment, in: group.id, keys: [])
                }
                fields["local_path"] = .text(try folder.store(bytes, of: attachment))
            } catch { log.emit(.warning("a file of a message is not here: \(Failure(error).message)")) }
            elements.append(.record(fields))
        }
        return elements
    }
}
