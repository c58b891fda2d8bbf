import Foundation
import TestSupport
import Testing

@testable import PikaShell

@Suite("lines of a descriptor", .timeLimit(.minutes(1)))
struct DescriptorLinesTests {
    /// A pipe that holds this, and nothing more will come.
    private func pipe(_ bytes: [UInt8]) throws -> Int32 {
        let (read, write) = try Spawned.pipe()
        let written = bytes.withUnsafeBytes { Foundation.write(write, $0.baseAddress, $0.count) }
        close(write)
        #expect(written == bytes.count)
        return read
    }

    @Test("line ends of either kind, empty lines, and a last line without end")
    func lines() throws {
        let descriptor = try pipe(Array("a\r\nb\r\r\n\nlast".utf8))
        defer { close(descriptor) }
        var lines = DescriptorLines(descriptor: descriptor, wakePipe: WakePipe())
        #expect((0..<6).map { _ in lines.next() } == ["a", "b\r", "", "last", nil, nil])
    }

    @Test("woken, it gives back what it has and nothing else")
    func woken() throws {
        let (read, write) = try Spawned.pipe()
        defer {
            close(read)
            close(write)
        }
        let wakePipe = try #require(WakePipe())
        wakePipe.wake()
        var lines = DescriptorLines(descriptor: read, wakePipe: wakePipe)
        #expect(lines.next() == nil)
    }

    @Test("all of it, up to a limit")
    func all() throws {
        for (count, isAllowed) in [(0, true), (99, true), (100, true), (101, false)] {
            let bytes = (0..<count).map { UInt8($0) }
            let descriptor = try pipe(bytes)
            defer { close(descriptor) }
            #expect(DescriptorLines.all(of: descriptor, limitBytes: 100) == (isAllowed ? bytes : nil))
        }
    }
}
