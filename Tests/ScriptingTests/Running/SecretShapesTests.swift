import Testing

@testable import Scripting

@Suite("secrets that give themselves away")
struct SecretShapesTests {
    private static let bech32 = String(repeating: "q2w8", count: 14) + "zz"
    static let secrets: [(text: String, secret: String)] = [
        ("key nsec1\(bech32), keep it", "nsec1\(bech32)"),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("authorization:token abcd1234", "abcd1234"), ("AUTHORIZATION: Basic dXNlcjpwYXNz  ", "dXNlcjpwYXNz"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("Authorization: just-a-value", "just-a-value"),
        ("https://user:pa55word@host/x", "pa55word"), ("postgres://u:pa:ss@db", "pa:ss"),
        ("x fm2_abcdefghijklmnop= y", "fm2_abcdefghijklmnop="),
        ("sk-ant-0123456789abcdef", "sk-ant-0123456789abcdef"),
        ("ghp_0123456789abcdefXYZ", "ghp_0123456789abcdefXYZ"),
        ("github_pat_0123456789abcdef_X", "github_pat_0123456789abcdef_X"),
        ("xoxb-12345678-x", "xoxb-12345678-x"),
        ("id AKIA0123456789ABCDEF.", "AKIA0123456789ABCDEF"),
    ]

    @Test("each form is found, and nothing around it", arguments: secrets.indices)
    func found(index: Int) {
        let (text, secret) = Self.secrets[index]
        #expect(SecretShapes.found(in: text) == [secret], "\(SecretShapes.found(in: text))")
    }

    @Test(
        "ordinary text has none, nor have names of variables and what is too short to be masked",
        arguments: [
            "", "hello https://host:8080/x?a=b@c", "Authorization: Bearer $TOKEN", "sk-short",
            "nsec1 is a prefix",
            "git@github.com:a/b", "https://u:abc@host", "task-0123456789abcdefghij",
            "authorization is needed: see below",
            "AKIA0123456789ABCDEFG",
        ])
    func none(text: String) { #expect(SecretShapes.found(in: text) == [], "\(SecretShapes.found(in: text))") }

    @Test("all of a text are found")
    func several() {
        #expect(
            Set(SecretShapes.found(in: "https://a:first@x sk-0123456789abcdef\nhttps://b:second@y"))
                == ["first", "second", "sk-0123456789abcdef"])
    }
}
