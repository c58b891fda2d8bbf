import PikaShell

/// What happens to deployments.
extension LogEvent {
    static func deploying(_ release: Release, token: String?) -> LogEvent {
        var fields = release.fields
        // What is secret is masked before anybody sees it.
        fields["authorization"] = EventValue(token.map { "Bearer \($0)" })
        return LogEvent(
            "deploy.started", fields, "\(release.version) is on its way to \(release.region)",
            session: release.region)
    }

    static func deployed(_ release: Release) -> LogEvent {
        LogEvent(
            "deploy.live", release.fields, "\(release.version) is live in \(release.region)", role: .notice,
            session: release.region)
    }

    static func undone(_ release: Release) -> LogEvent {
        LogEvent(
            "deploy.undone", release.fields, "\(release.version) was not confirmed and is taken back",
            role: .warning, session: release.region)
    }
}
