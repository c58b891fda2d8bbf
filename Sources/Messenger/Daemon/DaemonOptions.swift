import Vocabulary

/// How a daemon is run.
package struct DaemonOptions: Sendable {
    /// Joins every group that we are invited to.
    package var acceptsWelcomes = false
    /// A program, as shell code, that takes the place of standard input and output.
    package var command: String?
    /// The environment of that program.
    package var environment: [String: String] = [:]
    /// Whether the end of standard input ends the daemon: for a pipe, a socket and a terminal it does.
    package var endsWithInput = true
    /// Where other programs reach it; nil for nowhere.
    package var socket: LocalSocket?
    package var notifier = ServiceNotifier(environment: [:])
    /// Clients of the socket at a time.
    var clientLimit = 64
    /// A client that has taken nothing for so long is cut off.
    var patience: Duration = .seconds(60)
    /// How long the main client has to read what waits when the daemon ends.
    var farewell: Duration = .seconds(2)
    /// How long the child has to end by itself once its input has ended; then it is asked to, and has as long again.
    var childGrace: Duration = .seconds(5)
    /// Between the end of the child and its next start: doubled each time, up to the last.
    var restartPause: ClosedRange<Duration> = .seconds(1) ... .seconds(60)
    /// A child that has run so long has looked at the oldest message.
    var triedRun: Duration = .seconds(3)
    /// A child that has run so long begins with the shortest pause again.
    var goodRun: Duration = .seconds(60)
    /// How long a child may think about a message before that counts as dealt with; longer than bridges give their models.
    var answerLimit: Duration = .seconds(180)
    /// How long the files of one message may take altogether.
    var mediaLimit: Duration = .seconds(60)
    /// Files of one message that are downloaded.
    var attachmentLimit = 16
    /// Calls that are older than this are not refused any more.
    var callAgeSeconds: Int64 = 60

    package init() {}
}
