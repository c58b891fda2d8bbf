import Vocabulary

/// A file that somebody wants to be sent.
package struct MediaRequest: Equatable, Sendable {
    package var path: String
    package var type: String?
    package var filename: String?
    package var caption: String
    package var servers: [String]

    package init(
        path: String, type: String? = nil, filename: String? = nil, caption: String = "",
        servers: [String] = []
    ) {
        (self.path, self.type, self.filename) = (path, type, filename)
        (self.caption, self.servers) = (caption, servers)
    }

    var fields: [String: EventValue] {
        var fields: [String: EventValue] = [
            "file_path": .text(path), "caption": .text(caption),
            "blossom_servers": .list(servers.map(EventValue.text)),
        ]
        (fields["mime_type"], fields["filename"]) = (type.map(EventValue.text), filename.map(EventValue.text))
        return fields
    }
}
