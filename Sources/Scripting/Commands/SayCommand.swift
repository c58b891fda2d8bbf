import AgentCore
import Foundation

/// `say TEXT`
struct SayCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("say", "sends a message to the agent, end-to-end encrypted")
        description.words = .text("TEXT", required: true)
        description.results = [("id", "of the message"), ("relay", "that confirmed first")]
        description.examples = ["say hello", "say \"key=value is text here\""]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.host.session(named: nil)
        // The cursor stands before the message: an answer can be here before the relay's OK is.
        let cursor = await session.cursor
        let (message, relay) = try await session.say(call.text)
        await script.moveCursor(of: session.name, to: cursor)
        await script.said(
            at: call.range, remark: "sent \(ClockText.time(message.time)), confirmed by \(relay)")
        return ["id": .text(message.id.hex), "relay": .text(relay.text), "text": .text(message.text)]
    }
}

/// Times of day in messages.
enum ClockText {
    /// - Parameter time: milliseconds since 1970.
    static func time(_ time: Int64) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "HH:mm:ss"
        return formatter.string(from: Date(timeIntervalSince1970: Double(time) / 1000))
    }
}
