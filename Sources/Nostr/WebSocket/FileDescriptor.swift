import Dispatch
import Foundation

/// Owns a non-blocking file descriptor; closed when the last reference goes.
package final class FileDescriptor: Sendable {
    package let number: Int32

    /// Takes over `number` and makes it non-blocking and close-on-exec.
    package init(_ number: Int32) {
        self.number = number
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(number) }

    private static let queue = DispatchQueue(label: "pikachat.readiness")

    /// Waits until reading would not block.
    package func waitUntilReadable() async throws {
        await wait(for: DispatchSource.makeReadSource(fileDescriptor: number, queue: Self.queue))
        try Task.checkCancellation()
    }

    /// Waits until writing would not block.
    package func waitUntilWritable() async throws {
        await wait(for: DispatchSource.makeWriteSource(fileDescriptor: number, queue: Self.queue))
        try Task.checkCancellation()
    }

    /// One shot: the first event cancels the source, and its cancellation (also by the task's) ends the wait, so that
    /// the descriptor is never closed under a live source.
    private func wait(for source: some DispatchSourceProtocol) async {
        let box = SourceBox(source)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                box.source.setEventHandler { box.source.cancel() }
                box.source.setCancelHandler { [self] in
                    _ = number
                    continuation.resume()
                }
                box.source.activate()
            }
        } onCancel: {
            box.source.cancel()
        }
    }

    /// `@unchecked Sendable`: dispatch sources may be used from any thread, their protocol only does not say so.
    private final class SourceBox: @unchecked Sendable {
        let source: any DispatchSourceProtocol
        init(_ source: any DispatchSourceProtocol) { self.source = source }
    }
}
