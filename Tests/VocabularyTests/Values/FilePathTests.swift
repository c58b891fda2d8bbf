import Testing

@testable import Vocabulary

@Suite("paths as texts")
struct FilePathTests {
    @Test(
        "the folder of a path",
        arguments: [("a", "."), ("a/b", "a"), ("/a", "/"), ("/a/b/c", "/a/b"), ("", "."), ("a/", "a")])
    func folders(path: String, folder: String) { #expect(FilePath.folder(of: path) == folder) }

    @Test(
        "without what leads nowhere",
        arguments: [
            ("./a", "a"), ("././a/./b", "a/b"), ("a/../b", "b"), ("../a", "../a"), ("a/../../b", "../b"),
            ("/a//b/", "/a/b"), (".", "."), ("a/..", "."),
        ])
    func normal(path: String, expected: String) { #expect(FilePath.normal(path) == expected) }
}
