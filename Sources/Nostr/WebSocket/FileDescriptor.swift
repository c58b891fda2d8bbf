import Dispatch
import Foundation

/// Owns a non-blocking file descriptor and closes it when the last reference is released.
package final class FileDescriptor: Sendable {
    package let number: Int32

    /// Takes ownership of `number` and makes it non-blocking and close-on-exec.
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

    /// Waits for one event. The first event cancels the source, as does cancelling the task, and only the
    /// source's cancel handler ends the wait. The descriptor is therefore never closed while the source is
    /// still active.
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

    /// `@unchecked Sendable` because dispatch sources may be used from any thread, although their protocol is
    /// not marked as such.
    private final class SourceBox: @unchecked Sendable {
        let source: any DispatchSourceProtocol
        init(_ source: any DispatchSourceProtocol) { self.source = source }
    }
}
