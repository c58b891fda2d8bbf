/// Which of several parts of a script that run at the same time the running task belongs to: events carry it, and sessions are its own.
package enum Branch {
    /// `fly` in `for provider in fly workers jobs=2`, `fly.2` in a loop inside of that; nil where nothing runs beside others.
    @TaskLocal package static var label: String?
}
