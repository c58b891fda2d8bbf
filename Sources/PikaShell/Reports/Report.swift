import Vocabulary

/// One form of the account of a suite, made from its event logs.
package protocol Report: Sendable {
    func text(of suite: TestSuite) -> String
}

/// The forms there are.
package enum ReportKind: String, CaseIterable, Sendable {
    case junit, tap, json, html, github

    /// The step summary of GitHub Actions, in Markdown.
    package static func summary(of suite: TestSuite) -> String { GitHubReport.summary(of: suite) }

    package func report(_ about: ReportContext) -> any Report {
        switch self {
        case .junit: JUnitReport(about: about)
        case .tap: TAPReport()
        case .json: JSONReport()
        case .html: HTMLReport(about: about)
        case .github: GitHubReport()
        }
    }
}

/// What reports tell beside the suite itself.
package struct ReportContext: Sendable {
    /// Of this machine.
    package let host: String
    /// `pikachat 0.1.0`
    package let program: String

    package init(host: String, program: String) { (self.host, self.program) = (host, program) }
}

/// `--report KIND=PATH`; the path `-` is standard output.
package struct ReportTarget: Equatable, Sendable {
    package let kind: ReportKind
    package let path: String

    package var isOutput: Bool { path == "-" }

    /// - Throws: `Failure` (usage) for an unknown kind, two reports for one place.
    package static func parse(_ texts: [String]) throws(Failure) -> [ReportTarget] {
        var targets: [ReportTarget] = []
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let kind = ReportKind(rawValue: String(parts[0])) else {
                let kinds = ReportKind.allCases.map(\.rawValue)
                throw Failure(
                    .usage, "--report \(text.cut(to: 80)): there is no report of this kind",
                    hints: [
                        Suggestion.nearest(to: String(parts[0]), among: kinds).map { "did you mean \($0)?" }
                            ?? "known: \(kinds.joined(separator: ", "))"
                    ])
            }
            // What is meant for the console of a build goes there.
            let path = parts.count == 2 ? String(parts[1]) : kind == .github ? "-" : ""
            guard !path.isEmpty else {
                throw Failure(
                    .usage, "--report \(kind.rawValue) needs a place",
                    hints: ["--report \(kind.rawValue)=FILE"])
            }
            if let other = targets.first(where: { $0.path == path }) {
                throw Failure(
                    .usage,
                    path == "-"
                        ? "two reports on standard output: \(other.kind.rawValue) and \(kind.rawValue)"
                        : "two reports in \(path): \(other.kind.rawValue) and \(kind.rawValue)",
                    hints: ["give each a file of its own"])
            }
            targets.append(ReportTarget(kind: kind, path: path))
        }
        return targets
    }
}
