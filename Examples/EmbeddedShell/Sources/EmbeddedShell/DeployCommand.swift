import PikaShell

/// `deploy VERSION region=eu token=…`
struct DeployCommand: Command {
    let deployments: Deployments

    var description: CommandDescription {
        var description = CommandDescription("deploy", "puts a version into production")
        description.words = .list("VERSION", required: true)
        description.parameters = [
            Parameter("region", .choice(["eu", "us", "asia"]), "where", default: "eu"),
            Parameter(
                "token", .text, "proves that you may", environment: "DEPLOY_TOKEN", secret: true),
            Parameter(
                "takes", .duration(unit: .seconds, seconds: 0...3600), "how long the rollout lasts",
                default: "1s"),
        ]
        // A second try might deploy it twice.
        description.repetition = .onlyWithoutEffect
        description.suggestsNext = true
        description.results = Release.results
        description.examples = ["deploy 1.4", "deploy 1.4 region=us token=$TOKEN"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        call.words.count > 1
            ? WordProblem("deploy takes one version", at: call.words[1], hints: ["deploy them one by one"])
            : nil
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let release = Release(version: call.text, region: call.values.text("region") ?? "eu")
        try await deployments.start(
            release, token: call.values.text("token"), takes: call.values.duration("takes") ?? .seconds(1),
            by: script.host.clock)
        return release.fields
    }
}
