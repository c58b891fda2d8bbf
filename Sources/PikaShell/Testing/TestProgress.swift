import Foundation
import Scripting
import Synchronization
import Vocabulary

/// Shows a suite while it runs: a line for each file that has ended, failures at once; on a terminal below them a line for each file
/// that runs, with what it waits for.
package final class TestProgress: TestObserver {
    private struct Running {
        let test: TestCase
        let began: ContinuousClock.Instant
        var step: String?
        var doing: String?
    }

    private struct State {
        var running: [Int: Running] = [:]
        var ended = 0
        var failed = 0
        var isChanged = true
    }

    private let terminal: Terminal
    private let stream: Terminal.Stream
    private let total: Int
    private let area: LiveArea?
    private let state = Mutex(State())
    private let clock = ContinuousClock()

    /// - Parameters:
    ///   - stream: where the lines go; the error stream when a report has the output.
    ///   - total: how many files there are.
    package init(terminal: Terminal, stream: Terminal.Stream, total: Int) {
        (self.terminal, self.stream, self.total) = (terminal, stream, total)
        area = terminal.liveArea(on: stream)
    }

    /// Keeps the live lines up to date until it is cancelled; returns at once where there are none.
    package func run() async {
        guard let area else { return }
        while !Task.isCancelled {
            draw(area)
            // Four times a second is enough for eyes; what happens in between is drawn together.
            do { try await clock.sleep(for: .milliseconds(250)) } catch { break }
        }
        area.show([])
    }

    package func began(_ test: TestCase) async {
        let now = clock.now
        state.withLock { state in
            state.running[test.index] = Running(test: test, began: now)
            state.isChanged = true
        }
    }

    package func happened(_ record: EventRecord, in test: TestCase) {
        guard area != nil else { return }
        let event = record.event
        state.withLock { state in
            if event.role == .heading {
                state.running[test.index]?.step = event.text
            } else if event.name == "command" {
                state.running[test.index]?.doing =
                    "\(event.line.map { "line \($0): " } ?? "")\(event.fields["command"]?.description ?? "")"
            } else {
                return
            }
            state.isChanged = true
        }
    }

    package func ended(_ result: TestResult) async {
        let number = state.withLock { state in
            state.running[result.test.index] = nil
            state.ended += 1
            state.failed += result.isFailed ? 1 : 0
            state.isChanged = true
            return state.ended
        }
        let width = String(total).count
        let count = String(repeating: " ", count: width - String(number).count) + "\(number)/\(total)"
        let line = "\(Self.mark(result)) \(result.test.title)  \(Self.remark(result))"
        let show = { [terminal, stream] in
            terminal.line(
                line, result.isFailed ? .red : .plain, lead: [("[\(count)] ", .dim)], to: stream)
            guard result.isFailed else { return }
            terminal.block(FailureReport.text(of: result), lead: [("      ", .plain)], to: stream)
        }
        if let area { area.above(show) } else { show() }
        await terminal.hasRoom()
    }

    private static func mark(_ result: TestResult) -> String {
        switch result.outcome {
        case .passed: "ok   "
        case .flaky: "flaky"
        case .failed: "FAIL "
        case .skipped: "skip "
        }
    }

    private static func remark(_ result: TestResult) -> String {
        let time = Duration.milliseconds(result.ms).inSeconds
        return switch result.outcome {
        case .passed, .failed: time
        case .flaky(let tries): "\(time), passed in try \(tries)"
        case .skipped(let why): why
        }
    }

    private func draw(_ area: LiveArea) {
        let (running, ended, failed) = state.withLock { ($0.running, $0.ended, $0.failed) }
        let now = clock.now
        let shown = running.sorted { $0.key < $1.key }.map(\.value).prefix(area.rows)
        var lines = shown.map { running in
            let time = running.began.duration(to: now)
            let place = [running.step, running.doing].compactMap { $0 }.joined(separator: " · ")
            return "  \(running.test.title)  \(Duration.seconds(time.components.seconds).inSeconds)  \(place)"
        }
        let rest = running.count - shown.count
        lines.append(
            "\(ended) of \(total) done\(failed > 0 ? ", \(failed) failed" : "")\(rest > 0 ? ", \(rest) more running" : "")"
        )
        area.show(lines)
    }
}
