import Foundation
import TestSupport
import Testing

@testable import PikaShell

@Suite("files that commands change")
struct ScriptFilesTests {
    @Test("a link stays one: the file that it leads to is changed, and its mode stays")
    func links() throws {
        let directory = TemporaryDirectory()
        let (real, link) = (directory.file("real.pika"), directory.file("link.pika"))
        try "old".write(toFile: real, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: real)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
        try ScriptFiles.write("new", to: link)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == real)
        #expect(try String(contentsOfFile: real, encoding: .utf8) == "new")
        let mode = try FileManager.default.attributesOfItem(atPath: real)[.posixPermissions] as? Int
        #expect(mode == 0o640)
    }
}
