extension RelayFollowing {
    /// What `TopicFollower` carries out, in order.
    enum Effect: Equatable {
        /// Open a subscription for one page.
        case ask(subscription: String, Filter)
        case close(subscription: String)
        /// The relay is answering: it is worth waiting for.
        case progress(topic: String)
        /// Oldest first.
        case stored([Event], topic: String)
        /// Everything stored has been handed out.
        case read(topic: String, SyncMark, gaps: [ClosedRange<Int64>])
        case live(Event, topic: String)
        case closed(String, isFinal: Bool)
        case remark(String)
    }
}
