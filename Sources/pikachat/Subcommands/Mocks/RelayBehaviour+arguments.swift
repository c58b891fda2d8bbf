import Mocks
import Vocabulary

/// The options of `pikachat mock relay`.
extension RelayBehaviour {
    /// - Throws: `Failure` (usage) for a value out of its bounds, and for options of which one would do nothing.
    init(_ arguments: ParsedArguments) throws {
        func has(_ option: MockOption) -> Bool { arguments.has(option.rawValue) }
        func number(_ option: MockOption, _ bounds: ClosedRange<Int>) throws -> Int? {
            guard let text = arguments.value(option.rawValue) else { return nil }
            guard let number = Int(text), bounds.contains(number) else {
                throw Failure(
                    .usage,
                    "\(option.rawValue) \(text.cut(to: 20)) is not a number from \(bounds.lowerBound) to \(bounds.upperBound)"
                )
            }
            return number
        }
        func text(_ option: MockOption) throws -> String? {
            guard let text = arguments.value(option.rawValue) else { return nil }
            guard !text.isEmpty, text.utf8.count <= 500 else {
                throw Failure(.usage, "\(option.rawValue) takes 1 to 500 bytes")
            }
            return text
        }
        self.init()
        answerLimit = try number(.limit, 0...1_000_000)
        requiresAuthentication = has(.auth)
        dropsEndOfStoredEvents = has(.dropEOSE)
        dropsOK = has(.dropOK)
        delay = .milliseconds(try number(.slow, 1...600_000) ?? 0)
        rejection = try text(.reject)
        refusal = try text(.refuse)
        farewell = try text(.hangUp)
        status = try number(.status, 400...599)
        silence = has(.silent) ? .connection : has(.mute) ? .messages : nil

        // Whoever gives two of these means something else than what would happen.
        let given = MockOption.allCases.filter { option in
            MockOption.behaviours.contains(option)
                && (has(option) || arguments.value(option.rawValue) != nil)
        }
        let whole: [MockOption] = [.silent, .mute, .status, .hangUp]
        if let first = given.first(where: whole.contains), let other = given.first(where: { $0 != first }) {
            throw Failure(.usage, "with \(first.rawValue), \(other.rawValue) would do nothing")
        }
    }
}
