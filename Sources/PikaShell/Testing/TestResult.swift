import Scripting
import Vocabulary

/// How one planned run ended.
package struct TestResult: Sendable {
    package enum Outcome: Equatable, Sendable {
        case passed
        /// It passed in a later try.
        case flaky(tries: Int)
        case failed
        case skipped(why: String)
    }

    package let test: TestCase
    package let outcome: Outcome
    /// Exit status that the run alone would have had.
    package let status: Int32
    /// Of all tries, the one that counts last.
    package let tries: [TestTranscript]
    /// Milliseconds since 1970.
    package let began: Int64
    /// Milliseconds, all tries together.
    package let ms: Int

    package init(
        test: TestCase, outcome: Outcome, status: Int32, tries: [TestTranscript], began: Int64, ms: Int
    ) {
        (self.test, self.outcome, self.status) = (test, outcome, status)
        (self.tries, self.began, self.ms) = (tries, began, ms)
    }

    /// A file with mistakes, which did not run.
    package init(refused path: String, _ number: Int, _ problems: [Diagnostic], at time: Int64) {
        let script = CheckedScript(empty: path)
        let records = problems.map { EventRecord(time: time, event: .failure($0)) }
        self.init(
            test: TestCase(index: number, script: script, values: []), outcome: .failed,
            status: Diagnostic.exitStatus(of: problems),
            tries: [TestTranscript(records: records, isCut: false)], began: time, ms: 0)
    }

    /// What happened in the try that counts; empty for what was skipped before it began.
    package var transcript: TestTranscript { tries.last ?? TestTranscript(records: [], isCut: false) }

    /// Word of a report: `passed`, `failed`, `skipped`, `flaky`.
    package var word: String {
        switch outcome {
        case .passed: "passed"
        case .flaky: "flaky"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    package var isFailed: Bool { outcome == .failed }
}

/// How a whole suite ended.
package struct TestSuite: Sendable {
    /// In the order of the arguments.
    package let results: [TestResult]
    /// Milliseconds since 1970.
    package let began: Int64
    package let ms: Int
    /// The signal that ended it early.
    package let signal: Int32?
    /// The seed of the order in which the files ran.
    package let seed: UInt64?

    package init(results: [TestResult], began: Int64, ms: Int, signal: Int32? = nil, seed: UInt64? = nil) {
        (self.results, self.began, self.ms, self.signal, self.seed) = (results, began, ms, signal, seed)
    }

    package func count(_ word: String) -> Int { results.count { $0.word == word } }

    /// `3 passed, 1 failed, 0 skipped, 0 flaky in 1.2s`; a file that passed late is counted as flaky only.
    package var totals: String {
        let words = ["passed", "failed", "skipped", "flaky"].map { "\(count($0)) \($0)" }
        return "\(words.joined(separator: ", ")) in \(Duration.milliseconds(ms).inSeconds)"
    }

    /// That of the first file that failed, in the order of the arguments. A signal asks for the end of all; what is left running then is
    /// said all the same.
    package var status: Int32 {
        let failed = results.filter(\.isFailed)
        guard let signal else { return failed.first?.status ?? 0 }
        let leak = FailureCode.leak.exitStatus
        return failed.contains { $0.status == leak } ? leak : 128 + signal
    }
}
