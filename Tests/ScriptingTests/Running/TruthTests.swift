import Testing
import Vocabulary

@testable import Scripting

@Suite("what counts as true, equal and less", .timeLimit(.minutes(4)))
struct TruthTests {
    @Test(
        "equal is exactly the same text",
        arguments: [
            ("0e1234", "0e5678"), ("1.10", "1.1"), ("12345678901234567890", "12345678901234567891"),
            ("a", "A"), ("1", "1 "), ("\u{e9}", "e\u{301}"),
        ])
    func different(a: String, b: String) async throws {
        #expect(try await !Truth.holds(a, .equal, b))
        #expect(try await Truth.holds(a, .notEqual, b))
        #expect(try await Truth.holds(a, .equal, a))
    }

    @Test(
        "numbers, durations and sizes are compared exactly",
        arguments: [
            ("9", "10"), ("-2", "1"), ("1.10", "1.2"), ("12345678901234567890", "12345678901234567891"),
            ("0.1", "0.10000000000000000001"),
            ("999ms", "1s"), ("59m", "1h"), ("1.5s", "1501ms"), ("512mb", "1gb"), ("1023kb", "1mb"),
            ("-10", "-9"), ("1e3", "1001"), ("2e-3", "0.003"), ("5e-2", "0.06"),
        ])
    func less(a: String, b: String) async throws {
        #expect(try await Truth.holds(a, .less, b))
        #expect(try await Truth.holds(b, .greater, a))
        #expect(try await Truth.holds(a, .lessOrEqual, b))
        #expect(try await !Truth.holds(a, .greaterOrEqual, b))
        #expect(try await Truth.holds(a, .lessOrEqual, a))
        #expect(try await Truth.holds(a, .greaterOrEqual, a))
        #expect(try await !Truth.holds(a, .less, a))
    }

    @Test(
        "equal quantities in other words",
        arguments: [
            ("1.50", "1.5"), ("60s", "1m"), ("-0", "0"), ("007", "7"), ("1gb", "1024mb"), ("1e2", "100"),
        ])
    func sameQuantity(a: String, b: String) {
        #expect(Quantity(a).flatMap { x in Quantity(b).map { x.order($0) } } == 0)
    }

    @Test(
        "other things are not compared",
        arguments: [
            ("a", "1"), ("1s", "1"), ("1mb", "1s"), ("", "1"), ("1.", "1"), ("1e99999", "1"), (".5", "1"),
        ])
    func incomparable(a: String, b: String) async {
        await #expect(throws: Failure.self) { try await Truth.holds(a, .less, b) }
    }

    @Test("contains ignores case and runs of blanks")
    func contains() async throws {
        #expect(try await Truth.holds("Hello   World", .contains, "hello world"))
        #expect(try await !Truth.holds("x", .contains, "y"))
    }

    @Test("an empty or blank text is contained in anything, so it is an error", arguments: ["", " ", "\n\t"])
    func nothing(part: String) async throws {
        await #expect(throws: Failure.self) { try await Truth.holds("abc", .contains, part) }
    }

    @Test("empty, no, false, 0 and off are false")
    func truth() {
        for value in ["", "no", "No", "false", "0", "off"] { #expect(!Truth.of(.text(value)), "\(value)") }
        #expect(
            !Truth.of(.none) && !Truth.of(.number(0)) && !Truth.of(.list([])) && !Truth.of(.flag(false))
                && !Truth.of(.exact("0.0")))
        #expect(
            Truth.of(.text("x")) && Truth.of(.number(2)) && Truth.of(.record([:])) && Truth.of(.exact("0.1")))
    }

    @Test("an expression that backtracks without end is given up when its time is over")
    func backtracking() async throws {
        let run = try await ScriptRun.make(
            "expect \"\(String(repeating: "a", count: 39))!\" matches /^(\\w+\\s?)+$/ timeout=200ms")
        #expect(run.failure?.code == .timeout)
        await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.milliseconds(100), clock: ContinuousClock()) {
                try await PatternMatch.matches(String(repeating: "a", count: 60), "(a|aa)+$x")
            }
        }
    }

    @Test("patterns may hold blanks, escaped dollars and slashes")
    func patterns() async throws {
        let run = try await ScriptRun.make(
            "let p=x\nexpect \"cost $5 or  6\" matches /\\$\\d or  \\d$/\nexpect \"a/b\" matches /^a\\/b$/\nexpect \"x1\" matches /^$p\\d/\nexpect \"\\$p\" matches /^\\$p$/\nfails mismatch: expect \"ab\" matches /a b/"
        )
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
    }
}
