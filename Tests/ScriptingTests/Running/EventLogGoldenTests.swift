import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("the event log, word for word")
struct EventLogGoldenTests {
    private static let script = """
        env NAME=world
        step Greet
        let x="a b"
        echo hello $NAME $x
        ok one as=r
        echo $r.id $last.code
        if $x == "a b"
          try bad timeout
          echo $error.code: $error.message
        else
          fail never
        end
        for i in 1..2
          echo $i
        end
        repeat 2
          unless ok bad notready: echo not ready
        end
        soft bad mismatch
        fails mismatch: expect $x contains c
        switch a
        in a: where
        sh printf '%s' "$x" as=out
        expect $out.text == "a b"
        defer echo at the end in $vm.id
        defer bad protocol
        parse json "[1,{\\"a\\":\\"b\\"}]" as=j
        echo $j.json.1.a $x.0
        if $x matches /a (?<rest>.)/ as=m: echo $m.rest
        for n in x y jobs=1 keep-going
          echo $n
        end
        ok beside as=w
        echo $w.id
        tag slow
        expect $w.id matches /be(.*)/ as=e
        echo $e.1
        step Part
        bad leak
        """

    @Test("a run with each kind of statement leaves these events, in this order")
    func events() async throws {
        let run = try await ScriptRun.make(Self.script)
        let lines = run.host.events.map { event -> String in
            var fields = event.fields
            fields["ms"] = nil
            return "\(event.name) [\(event.session ?? "")] \(EventValue.record(fields).json)"
        }
        let ends =
            [run.failure.map { "failed: \($0.code): \($0.message)" } ?? "ended"]
            + run.cleanup.map { "left: \($0.message)" }
        let golden = GoldenFile("Tests/Golden/events.txt")
        let difference = try golden.difference(from: (lines + ends).joined(separator: "\n") + "\n")
        #expect(difference == nil, "\(difference ?? "")")
    }
}
