import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite(".env files")
struct DotEnvTests {
    @Test(
        "lines, comments, export, quotes and values of several lines",
        arguments: [
            ("", [:]), ("A=1\n# c\n  B = two words \nexport C=3\n", ["A": "1", "B": "two words", "C": "3"]),
            ("\n\n   # indented\n\t\nA=1", ["A": "1"]), ("A=x # comment\nB=1", ["A": "x", "B": "1"]),
            ("A=abc#def", ["A": "abc#def"]), ("A=#x\nB=1", ["A": "", "B": "1"]),
            ("A=\nB=", ["A": "", "B": ""]), ("A=a=b==", ["A": "a=b=="]), ("A=1\nA=2", ["A": "2"]),
            ("export=1\nexport\t_x.y-z=2", ["export": "1", "_x.y-z": "2"]),
            (#"A="a\nb\rc\t\"q\" \\ \$x \q" # c"#, ["A": "a\nb\rc\t\"q\" \\ $x \\q"]),
            (#"A='raw \n $x "'# c"#, ["A": #"raw \n $x ""#]), (#"A="it's""#, ["A": "it's"]),
            ("A=\"one\n  two\"\nB='x\n#y'\nC=1", ["A": "one\n  two", "B": "x\n#y", "C": "1"]),
            ("A=1\r\nB=\"x\r\ny\"\r\n", ["A": "1", "B": "x\ny"]), ("\u{feff}A=1", ["A": "1"]),
            ("A=it's \"so\"", ["A": "it's \"so\""]), ("A=\"\"\nB=''", ["A": "", "B": ""]),
        ] as [(String, [String: String])])
    func values(text: String, expected: [String: String]) throws {
        #expect(try DotEnv.values(in: text, path: ".env") == expected)
    }

    @Test(
        "a line that cannot be read is named with its number, and not quoted: it may hold a secret",
        arguments: [
            ("A=1\nsesame", 2, "not NAME=value"), ("# c\n\n1A=sesame", 3, "not NAME=value"),
            ("=sesame", 1, "not NAME=value"), ("export sesame", 1, "not NAME=value"),
            ("A=\"x\ny\"\nB sesame", 3, "not NAME=value"), ("ä=sesame", 1, "not NAME=value"),
            ("A=1\nB=\"sesame\nC=2\nD=3", 2, "closing \" is missing"),
            ("A='sesame", 1, "closing ' is missing"), (#"A="sesame\"#, 1, "closing \" is missing"),
            ("A=1\r\nB='sesame' x\r\n", 2, "follows the closing '"),
        ])
    func mistakes(text: String, line: Int, part: String) throws {
        let failure = try #require(
            #expect(throws: Failure.self) { try DotEnv.values(in: text, path: "my.env") })
        #expect(failure.code == .usage && failure.message.hasPrefix("my.env:\(line): "), "\(failure)")
        #expect(failure.message.contains(part) && !"\(failure)".contains("sesame"), "\(failure)")
    }

    @Test("a file that is missing holds nothing; one that is too large, not UTF-8 or a directory is refused")
    func files() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("env")
        #expect(try DotEnv.load(path) == [:])
        try Data("A=1\nB='2'".utf8).write(to: URL(filePath: path))
        #expect(try DotEnv.load(path) == ["A": "1", "B": "2"])
        let comment = Data("A=1\n#".utf8)
        try (comment + Data(repeating: 0x78, count: (1 << 20) - comment.count)).write(to: URL(filePath: path))
        #expect(try DotEnv.load(path) == ["A": "1"])
        try (comment + Data(repeating: 0x78, count: 1 << 20)).write(to: URL(filePath: path))
        #expect(throws: Failure.self) { try DotEnv.load(path) }
        try Data([0x41, 0x3d, 0xff]).write(to: URL(filePath: path))
        #expect(throws: Failure.self) { try DotEnv.load(path) }
        #expect(throws: Failure.self) { try DotEnv.load(directory.path) }
    }
}
