/// One page of a topic's history, while it comes in.
struct HistoryPage {
    let topic: Int
    let subscription: String
    let until: Int64?
    let limit: Int
    /// Events that the page does not ask for: the relay does not know `until`.
    var unasked = 0
    var events: [Event] = []
    /// Its end came before anything else, although there is something.
    var isDoubted = false
}
