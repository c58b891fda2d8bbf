import AgentCore
import Vocabulary

extension MicroVMProvider {
    /// Parameters, defaults and construction, for command line, shell and scripts.
    package static func description(http: any HTTPClient) -> ProviderDescription {
        var description = ProviderDescription(
            name: providerName, displayName: "microVM", summary: "a microVM of a vm-spawner (brain: pi)",
            defaultBrain: "pi", removesAgentAtEnd: true, parameters: parameters,
            variables: [
                .init(
                    createTimeoutVariable,
                    "time limit for creating a VM, in seconds [default: 60; minimum: 10]"),
                .init("ANTHROPIC_API_KEY", "model key for the guest"),
                .init("OPENAI_API_KEY", "second model key for the guest"),
                .init("PI_MODEL", "model that the guest uses"),
            ]
        ) { values, environment in
            guard let url = values.text("spawner-url") else {
                throw ParameterError("spawner-url", "the spawner's address is missing: set --spawner-url")
            }
            return MicroVMProvider(
                options: Options(
                    spawnerURL: ControlPlaneAddress.trimmed(url), variant: values.text("spawn-variant") ?? "",
                    flakeRef: values.text("flake-ref") ?? "",
                    devShell: values.text("dev-shell") ?? "", cpu: values.integer("cpu") ?? 1,
                    memoryMB: values.integer("memory-mb") ?? 1024,
                    ttlSeconds: Int(values.duration("ttl-seconds")?.components.seconds ?? 7200),
                    createTimeout: try values.duration("create-timeout")
                        ?? createTimeout(environment.variables),
                    followUp: values.duration("follow-up") ?? ControlPlane.usualFollowUp),
                http: http, environment: environment)
        }
        description.calls = [
            ProviderCall("GET", "/healthz"), ProviderCall("POST", "/vms"), ProviderCall("GET", "/vms"),
            ProviderCall("GET", "/vms/*"), ProviderCall("DELETE", "/vms/*"),
        ]
        return description
    }

    private static let parameters = [
        Parameter(
            "spawner-url", .url, "base URL of vm-spawner", aliases: ["url"],
            default: "http://127.0.0.1:8080",
            environment: "PIKA_MICROVM_SPAWNER_URL"),
        Parameter(
            "spawn-variant", .choice(["prebuilt", "prebuilt-cow"]), "how the VM's disk is created",
            aliases: ["variant"],
            default: "prebuilt-cow"),
        Parameter(
            "flake-ref", .text, "flake to build the guest from", aliases: ["flake"],
            default: "github:sledtools/pika"),
        Parameter("dev-shell", .text, "development shell in the flake", default: "default"),
        Parameter("cpu", .integer(1...64), "virtual CPUs", default: "1"),
        Parameter(
            "memory-mb", .megabytes(128...1_048_576), "memory in MiB", aliases: ["mem"], default: "1024"),
        Parameter(
            "ttl-seconds", .duration(unit: .seconds, seconds: 60...604_800),
            "time to live, after which the spawner removes the VM",
            aliases: ["ttl"], default: "7200"),
        Parameter("keep", .flag, "leave the VM running at the end", default: "no"),
    ]

    private static let createTimeoutVariable = "PIKA_MICROVM_CREATE_TIMEOUT_SECS"

    /// 60 seconds by default, 10 at least.
    private static func createTimeout(_ variables: [String: String]) throws -> Duration {
        let name = createTimeoutVariable
        guard let text = variables[name], !text.allSatisfy(\.isWhitespace) else { return .seconds(60) }
        guard let seconds = Int(text.filter { !$0.isWhitespace }), seconds > 0, seconds < 86_400 else {
            throw ParameterError(name, "\(name)=\(text.cut(to: 40)): use a whole number of seconds")
        }
        return .seconds(max(seconds, 10))
    }
}
