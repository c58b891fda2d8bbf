import Testing
import Vocabulary

@testable import PikaShell

@Suite("--matrix and --exclude")
struct MatrixTests {
    private static func texts(_ combinations: [Matrix.Combination]) -> [String] {
        combinations.map { $0.map(\.description).joined(separator: " ") }
    }

    @Test("values multiply in the order in which they were given; only declared keys count")
    func combinations() throws {
        let matrix = try Matrix(["P=a,b", "N=1,2"], excluding: ["P=a,N=2"])
        #expect(Self.texts(matrix.combinations(of: ["P", "N"])) == ["P=a N=1", "P=b N=1", "P=b N=2"])
        #expect(Self.texts(matrix.combinations(of: ["N"])) == ["N=1", "N=2"])
        #expect(Self.texts(matrix.combinations(of: [])) == [""])
        #expect(Self.texts(try Matrix().combinations(of: ["P"])) == [""])
    }

    @Test("a value may have an equals sign in it")
    func equals() throws {
        #expect(
            Self.texts(try Matrix(["URL=http://x/?a=b"]).combinations(of: ["URL"])) == ["URL=http://x/?a=b"])
    }

    @Test(
        "what cannot be meant is refused",
        arguments: [
            (["P"], []), (["=a"], []), (["P="], []), (["P=a,,b"], []), (["P=a,a"], []), (["P=a", "P=b"], []),
            (["P=a"], ["P=b"]), (["P=a"], ["Q=a"]), (["P=a"], ["a"]), ([], ["P=a"]),
            (
                [
                    "A=\((0..<40).map(String.init).joined(separator: ","))",
                    "B=\((0..<40).map(String.init).joined(separator: ","))",
                ], []
            ),
        ])
    func refused(matrix: [String], exclusions: [String]) {
        let failure = #expect(throws: Failure.self) { try Matrix(matrix, excluding: exclusions) }
        #expect(failure?.code == .usage)
    }
}
