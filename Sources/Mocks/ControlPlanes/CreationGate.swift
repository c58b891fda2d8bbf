/// Holds back creations until it is opened, so that tests can check what happens in the meantime. Initially
/// open.
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

    /// Returns once the gate is open or the task has been cancelled.
    func pass() async {
        guard !isOpen else { return }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        waiting.append(continuation)
        for await _ in stream {}
    }
}
