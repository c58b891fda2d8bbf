import PikaShell

/// The world of the commands: deployments, and what becomes of them at the end.
struct DeploymentHost: ScriptHost {
    let log: EventLog
    let environment: [String: String]
    let deployments: Deployments

    init(environment: [String: String]) {
        log = EventLog()
        self.environment = environment
        deployments = Deployments(log: log)
    }

    func currentSession() async -> String? { await deployments.region }

    func prompt() async -> String { await deployments.region.map { "deploy \($0)>" } ?? "deploy>" }

    func nextStep() async -> String? {
        if await deployments.areUnderWay { return "expect release" }
        return await deployments.unconfirmed.last.map { "confirm \($0.version)" }
    }

    func questionsBeforeLeaving() async -> [LeavingQuestion] {
        let names = await deployments.unconfirmed.map(\.version)
        guard !names.isEmpty else { return [] }
        return [
            LeavingQuestion(
                "\(names.joined(separator: ", ")): not confirmed.",
                choices: [
                    // The first one is what `conclude` does anyway.
                    .init("rollback"), .init("keep") { await deployments.confirmAll() },
                ])
        ]
    }

    func conclude(isScript: Bool) async -> Conclusion {
        for release in await deployments.undo() { log.emit(.undone(release)) }
        return Conclusion()
    }

    func manualCleanup() async -> [String] {
        await deployments.unconfirmed.map { "deployctl remove \($0.version) --region \($0.region)" }
    }
}
