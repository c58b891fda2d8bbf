import Vocabulary

/// The members of a command's object, by type.
struct RequestFields {
    private let fields: [String: EventValue]

    init(_ fields: [String: EventValue]) { self.fields = fields }

    private static func wrong(_ name: String, _ wanted: String) -> MessengerError {
        MessengerError(.badRequest, "\(name) must be \(wanted)")
    }

    /// - Throws: `MessengerError` (bad_request) where it is missing or no string.
    func text(_ name: String) throws(MessengerError) -> String {
        guard let value = fields[name] else { throw MessengerError(.badRequest, "\(name) is missing") }
        guard case .text(let text) = value else { throw Self.wrong(name, "a string") }
        return text
    }

    /// Null counts as absent.
    func optionalText(_ name: String) throws(MessengerError) -> String? {
        switch fields[name] {
        case nil, EventValue.none?: return nil
        case .text(let text)?: return text
        default: throw Self.wrong(name, "a string")
        }
    }

    /// - Throws: `MessengerError` (bad_request) for null, too, where it must be given.
    func texts(_ name: String, isRequired: Bool = false) throws(MessengerError) -> [String] {
        guard let value = fields[name] else {
            if isRequired { throw MessengerError(.badRequest, "\(name) is missing") }
            return []
        }
        guard case .list(let items) = value else { throw Self.wrong(name, "a list of strings") }
        var texts: [String] = []
        for item in items {
            guard case .text(let text) = item else { throw Self.wrong(name, "a list of strings") }
            texts.append(text)
        }
        return texts
    }

    func number(_ name: String, in range: ClosedRange<Int>) throws(MessengerError) -> Int? {
        switch fields[name] {
        case nil, EventValue.none?: return nil
        case .number(let number)? where range.contains(number): return number
        default:
            throw Self.wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func flag(_ name: String) throws(MessengerError) -> Bool {
        switch fields[name] {
        case nil, EventValue.none?: return false
        case .flag(let flag)?: return flag
        default: throw Self.wrong(name, "true or false")
        }
    }
}
