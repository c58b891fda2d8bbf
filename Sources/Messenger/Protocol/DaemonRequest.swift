import Vocabulary

/// One line of a client: an object with `cmd`, perhaps with `request_id`.
package struct DaemonRequest: Equatable, Sendable {
    /// Comes back in the answer as it is.
    package let id: String?
    package let command: MessengerCommand
    /// The message that it answers, where the client says so (`reply_to`).
    package let answers: String?

    /// Why a line is no request, with the id where one could be read.
    package struct Refusal: Error, Equatable {
        package let id: String?
        package let error: MessengerError
    }

    /// - Parameter line: without its line end.
    /// - Throws: `Refusal`.
    package init(_ line: [UInt8]) throws(Refusal) {
        guard let text = String(validating: line, as: UTF8.self) else {
            throw Refusal(id: nil, error: MessengerError(.parseError, "the line is not UTF-8"))
        }
        guard case .record(let fields)? = JSONValueReader.read(text) else {
            throw Refusal(id: nil, error: MessengerError(.parseError, "the line is no JSON object"))
        }
        var id: String?
        if case .text(let given)? = fields["request_id"] { id = given }
        do throws(MessengerError) {
            let reader = RequestFields(fields)
            self.id = try reader.optionalText("request_id")
            answers = try reader.optionalText("reply_to")
            command = try MessengerCommand(name: try reader.text("cmd"), reader)
        } catch { throw Refusal(id: id, error: error) }
    }
}
