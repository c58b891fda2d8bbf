import Foundation

/// JSON as a cassette compares it: which members there are, and what texts stand where.
struct CassetteJSON: Equatable {
    /// Texts by their path; items of a list all have the path `[]`, so that lists of any length have one shape.
    let texts: [String: [String]]
    /// Paths of all members.
    let shape: Set<String>

    /// Nil for what is no JSON object or list.
    init?(_ text: String?) {
        guard let text, let value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else {
            return nil
        }
        var texts: [String: [String]] = [:]
        var shape = Set<String>()
        Self.walk(value, "", &texts, &shape)
        (self.texts, self.shape) = (texts, shape)
    }

    private static func walk(
        _ value: Any, _ path: String, _ texts: inout [String: [String]], _ shape: inout Set<String>
    ) {
        switch value {
        case let object as [String: Any]:
            for (name, member) in object.sorted(by: { $0.key < $1.key }) {
                shape.insert("\(path).\(name)")
                walk(member, "\(path).\(name)", &texts, &shape)
            }
        case let list as [Any]: for item in list { walk(item, path + "[]", &texts, &shape) }
        case let text as String: texts[path, default: []].append(text)
        default: return
        }
    }
}
