import Testing

@testable import pikachat

@Suite("--color, before the command line is read")
struct ColorOptionTests {
    @Test(
        "the option beats the environment, NO_COLOR beats FORCE_COLOR, and the last option counts",
        arguments: [
            ([], [:], nil), (["--color", "always"], ["NO_COLOR": "1"], true),
            (["run", "--color=never"], ["FORCE_COLOR": "1"], false),
            (["--color", "never", "--color=always"], [:], true), (["--color=auto"], [:], nil),
            (["--color=auto"], ["NO_COLOR": "1"], false), ([], ["FORCE_COLOR": "1"], true),
            ([], ["FORCE_COLOR": "1", "NO_COLOR": "1"], false), ([], ["NO_COLOR": ""], nil),
            ([], ["FORCE_COLOR": ""], nil), (["do", "--", "--color", "always"], [:], nil),
            (["--color=never", "--", "--color=always"], [:], false), (["--color"], [:], nil),
            (["--color", "blue"], [:], nil),
        ] as [([String], [String: String], Bool?)])
    func choice(arguments: [String], environment: [String: String], expected: Bool?) {
        #expect(ColorOption.choice(arguments[...], environment) == expected)
    }
}
