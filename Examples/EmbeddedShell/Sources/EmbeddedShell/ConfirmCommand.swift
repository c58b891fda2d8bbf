import PikaShell

/// `confirm VERSION`
struct ConfirmCommand: Command {
    let deployments: Deployments

    var description: CommandDescription {
        var description = CommandDescription("confirm", "keeps a version at the end")
        description.words = .list("VERSION", required: true)
        description.results = Release.results
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let release = await deployments.confirm(call.text) else {
            // `confirm 1.4 within=20s` tries again.
            throw Failure(.notReady, "\(call.text) is not live", hints: ["releases lists what is"])
        }
        await script.emit(.result("\(release.version) stays"))
        return release.fields
    }
}
