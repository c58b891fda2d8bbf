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
        return await withTaskGroup(of: (Int, EventValue).self) { tasks in
            for (index, attachment) in attachments.prefix(options.attachmentLimit).enumerated() {
                tasks.addTask {
                    var fields = attachment.fields(isComplete: false)
                    do {
                        let bytes = try await self.messenger.download(attachment, in: group.id, keys: [])
                        fields["local_path"] = .text(try folder.store(bytes, of: attachment))
                    } catch {
                        self.log.emit(.warning("a file of a message is not here: \(Failure(error).message)"))
                    }
                    return (index, .record(fields))
                }
            }
            var elements: [(Int, EventValue)] = []
            for await element in tasks { elements.append(element) }
            return elements.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
