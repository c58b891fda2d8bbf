import Foundation

/// An answer of a control plane with one thing wrong.
struct Distortion: Sendable, CustomStringConvertible {
    let description: String
    let body: [UInt8]
    /// The member that is wrong; nil for the whole body.
    let field: String?
    /// The member is not there, or null: right for one that is optional.
    let isAbsence: Bool

    private static let wrongValues: [(String, JSONValue)] = [
        ("text", .text("seven")), ("number", .number(7)), ("fraction", .number(7.5)),
        ("enormous number", .number(1e300)), ("boolean", .boolean(true)), ("list", .list([.number(1)])),
        ("object", .object(["a": .number(1)])),
    ]

    /// Every member of `answer` missing, null, of every wrong type, and enormous; then bodies that are no such object.
    static func all(of answer: String) throws -> [Distortion] {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(answer.utf8))
        var all: [Distortion] = []
        for path in value.memberPaths {
            func add(_ how: String, _ new: JSONValue?, isAbsence: Bool = false) throws {
                var distorted = value
                distorted[path[...]] = new
                let field = path.joined(separator: ".")
                all.append(
                    Distortion(
                        description: "\(field): \(how)", body: [UInt8](try JSONEncoder().encode(distorted)),
                        field: field, isAbsence: isAbsence))
            }
            try add("missing", nil, isAbsence: true)
            try add("null", .null, isAbsence: true)
            for (how, wrong) in wrongValues where value[path[...]]?.isSameKind(as: wrong) == false {
                try add(how, wrong)
            }
            if case .text? = value[path[...]] {
                try add("enormous", .text(String(repeating: "x", count: 1 << 20)))
                try add("hostile", .text("../x?y#\u{1b}[2J\r\nz"))
                try add("empty", .text(""))
            }
        }
        let bodies = [
            "", "null", "[]", "7", "\"x\"", "<html><title>502</title></html>", String(answer.dropLast(3)),
            "{\"id\":", String(repeating: "[", count: 5000),
        ]
        return all
            + bodies.map {
                Distortion(
                    description: "body: \($0.prefix(20))", body: Array($0.utf8), field: nil, isAbsence: false)
            }
    }
}
