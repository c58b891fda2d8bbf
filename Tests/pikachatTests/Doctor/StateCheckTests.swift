import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import pikachat

@Suite("the doctor's look at the state directory")
struct StateCheckTests {
    private let directory = TemporaryDirectory()

    private func check() throws -> Finding {
        var arguments = ParsedArguments()
        arguments.add("--state-dir", directory.file("state"))
        return StateCheck.finding(try Configuration(arguments, environment: [:]), Masking())
    }

    private func set(_ mode: Int, _ name: String = ".") throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: directory.file("state/\(name)"))
    }

    @Test("a new one is fine, and so is what others cannot reach")
    func fine() throws {
        #expect(try check().verdict == .ok)
        try set(0o644, "identity.json")
        #expect(try check().verdict == .ok)
    }

    @Test("one that others can enter is bad, whichever others", arguments: [0o750, 0o705, 0o701])
    func open(mode: Int) throws {
        _ = try check()
        try set(mode)
        let finding = try check()
        #expect(finding.verdict == .bad && finding.advice == ["chmod -R go= \(directory.file("state"))"])
        #expect(finding.text.contains("others can read or write . in"), "\(finding.text)")
    }

    @Test("a few are named, many are counted")
    func many() throws {
        _ = try check()
        let known = try FileManager.default.subpathsOfDirectory(atPath: directory.file("state"))
        for name in known { try set(0o700, name) }
        for number in 1...4 {
            try "x".write(toFile: directory.file("state/z\(number)"), atomically: true, encoding: .utf8)
            try set(0o644, "z\(number)")
        }
        try set(0o755)
        #expect(try check().text.contains("write ., z1, z2, z3, z4 in"))
        try "x".write(toFile: directory.file("state/z5"), atomically: true, encoding: .utf8)
        try set(0o644, "z5")
        #expect(try check().text.contains("write ., z1, z2, z3, z4, 1 more in"))
    }

    @Test("one that cannot be read is bad, with another way out")
    func unreadable() throws {
        _ = try check()
        try "nonsense".write(toFile: directory.file("state/identity.json"), atomically: true, encoding: .utf8)
        let finding = try check()
        #expect(finding.verdict == .bad && !finding.advice.isEmpty)
    }
}
