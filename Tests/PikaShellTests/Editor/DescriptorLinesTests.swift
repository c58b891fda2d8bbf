import Foundation
import TestSupport
import Testing

@testable import PikaShell

@Suite("lines of a descriptor", .timeLimit(.minutes(4)))
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
        #expect(
            (0..<6).map { _ in lines.next() }
                == [.text("a"), .text("b\r"), .text(""), .text("last"), .endOfInput, .endOfInput])
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
        #expect(lines.next() == .endOfInput)
    }

    @Test("a line over the limit is none, however long it is; the next one is")
    func tooLong() throws {
        for count in [11, 40, 40_000] {
            let descriptor = try pipe(
                Array(
                    "0123456789\n\(String(repeating: "x", count: count))\nnext\n\(String(repeating: "y", count: 11))"
                        .utf8))
            defer { close(descriptor) }
            var lines = DescriptorLines(descriptor: descriptor, wakePipe: WakePipe(), limitBytes: 10)
            #expect(
                (0..<5).map { _ in lines.next() }
                    == [.text("0123456789"), .tooLong(10), .text("next"), .tooLong(10), .endOfInput],
                "\(count)")
        }
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
