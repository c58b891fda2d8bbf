/// One way in which a control plane that takes a request is of no use.
enum Hostility: Hashable, Sendable, CustomStringConvertible {
    case hangsBeforeAnswer, hangsInHead, hangsInBody
    /// A byte now and then, for ever.
    case trickles
    /// This many hundredths of the answer, then the end of the connection.
    case cuts(at: Int)
    case resets
    /// To another server, which must not be asked.
    case redirects
    /// Few bytes that would become many.
    case compresses
    case speaksOtherwise

    static let all: [Hostility] =
        [
            .hangsBeforeAnswer, .hangsInHead, .hangsInBody, .trickles, .resets, .redirects, .compresses,
            .speaksOtherwise,
        ]
        + [0, 5, 40, 70, 90, 99].map { .cuts(at: $0) }

    var hangs: Bool { [.hangsBeforeAnswer, .hangsInHead, .hangsInBody, .trickles].contains(self) }

    /// Whether the request may have been carried out. A redirect says that it was not.
    var isUnclear: Bool { self != .redirects }

    var description: String {
        switch self {
        case .hangsBeforeAnswer: "hangs before it answers"
        case .hangsInHead: "hangs in the head"
        case .hangsInBody: "hangs in the body"
        case .trickles: "trickles"
        case .cuts(let share): "cuts after \(share) %"
        case .resets: "resets"
        case .redirects: "redirects"
        case .compresses: "sends a gzip bomb"
        case .speaksOtherwise: "does not speak HTTP"
        }
    }
}
