import Foundation

/// Wakes a thread that polls a descriptor.
final class WakePipe: Sendable {
    /// Readable after a call of `wake`.
    let descriptor: Int32
    private let writeEnd: Int32

    /// nil when the process has no descriptors left.
    init?() {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes just as well.
        _ = write(writeEnd, &byte, 1)
    }

    func drain() {
        var drained = [UInt8](repeating: 0, count: 256)
        while read(descriptor, &drained, drained.count) > 0 {}
    }
}
