/// Holds creations back until somebody lets them through; open at first. For tests of what happens meanwhile.
package actor CreationGate {
    private var isOpen = true
    private var waiting: [AsyncStream<Void>.Continuation] = []

    package init() {}

    package func close() { isOpen = false }

    package func open() {
        isOpen = true
        for continuation in waiting { continuation.finish() }
        waiting = []
    }

    /// Returns when it is open, or the task is cancelled.
    func pass() async {
        guard !isOpen else { return }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        waiting.append(continuation)
        for await _ in stream {}
    }
}
