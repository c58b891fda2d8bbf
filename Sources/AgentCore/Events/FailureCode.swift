/// The kinds of failure that scripts can name (design: the `.pika` language, ERRORS) and what they mean for the exit status.
package enum FailureCode: String, Sendable, CaseIterable {
    case usage, require, auth, quota, unreachable
    case notReady = "not-ready"
    case timeout, mismatch
    case protocolError = "protocol"
    case jobDied = "job-died"
    case cancelled, leak

    /// Status of a process that ends because of it.
    package var exitStatus: Int32 {
        switch self {
        case .mismatch: 1
        case .usage: 2
        case .require: 3
        case .auth, .quota, .unreachable, .notReady, .protocolError, .jobDied: 4
        case .timeout: 5
        case .leak: 6
        case .cancelled: 130
        }
    }

    /// Whether trying again later can help; `within=` retries only these.
    package var canHeal: Bool {
        switch self {
        case .unreachable, .notReady: true
        default: false
        }
    }
}
