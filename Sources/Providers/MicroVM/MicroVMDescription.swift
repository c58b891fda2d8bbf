import AgentCore
import Foundation

extension MicroVMProvider {
    /// Parameters, defaults and construction, for command line, shell and scripts.
    package static func description(http: any HTTPClient) -> ProviderDescription {
        ProviderDescription(
            name: "microvm", summary: "a microVM of a vm-spawner (brain: pi)", defaultBrain: "pi",
            parameters: parameters,
            variables: [
                .init(
                    createTimeoutVariable,
                    "how long a VM may take to come up, in seconds [default: 60; 10 at least]"),
                .init("ANTHROPIC_API_KEY", "model key that the guest gets"),
                .init("OPENAI_API_KEY", "a second model key for the guest"),
                .init("PI_MODEL", "the model that the guest uses"),
            ]
        ) { values, environment in
            guard var url = values.text("spawner-url") else {
                throw ParameterError("spawner-url", "the spawner's address is missing: give --spawner-url")
            }
            while url.hasSuffix("/") { url.removeLast() }
            for name in GuestAutostart.forwardedVariables where name.hasSuffix("KEY") {
                if let secret = environment.variables[name] { environment.log.masking.add(secret) }
            }
            return MicroVMProvider(
                options: Options(
                    spawnerURL: url, variant: values.text("spawn-variant") ?? "",
                    flakeRef: values.text("flake-ref") ?? "",
                    devShell: values.text("dev-shell") ?? "", cpu: values.integer("cpu") ?? 1,
                    memoryMB: values.integer("memory-mb") ?? 1024,
                    ttlSeconds: Int(values.duration("ttl-seconds")?.components.seconds ?? 7200),
                    createTimeout: try values.duration("create-timeout")
                        ?? createTimeout(environment.variables)),
                variables: environment.variables,
                http: http, clock: environment.clock, route: environment.route)
        }
    }

    private static let parameters = [
        Parameter(
            "spawner-url", .url, "where vm-spawner listens", aliases: ["url"],
            default: "http://127.0.0.1:8080",
            environment: "PIKA_MICROVM_SPAWNER_URL"),
        Parameter(
            "spawn-variant", .choice(["prebuilt", "prebuilt-cow"]), "how the VM's disk is made",
            aliases: ["variant"],
            default: "prebuilt-cow"),
        Parameter(
            "flake-ref", .text, "flake that the guest is built from", aliases: ["flake"],
            default: "github:sledtools/pika"),
        Parameter("dev-shell", .text, "development shell of the flake", default: "default"),
        Parameter("cpu", .integer(1...64), "virtual CPUs", default: "1"),
        Parameter(
            "memory-mb", .megabytes(128...1_048_576), "memory in MiB", aliases: ["mem"], default: "1024"),
        Parameter(
            "ttl-seconds", .duration(unit: .seconds, seconds: 60...604_800),
            "time to live; the spawner removes the VM then",
            aliases: ["ttl"], default: "7200"),
        Parameter("keep", .flag, "leave the VM running at the end", default: "no"),
    ]

    private static let createTimeoutVariable = "PIKA_MICROVM_CREATE_TIMEOUT_SECS"

    /// At least 10, 60 by default.
    private static func createTimeout(_ variables: [String: String]) throws -> Duration {
        let name = createTimeoutVariable
        guard let text = variables[name], !text.allSatisfy(\.isWhitespace) else { return .seconds(60) }
        guard let seconds = Int(text.filter { !$0.isWhitespace }), seconds > 0, seconds < 86_400 else {
            throw ParameterError(name, "\(name)=\(text.prefix(40)): a whole number of seconds is needed")
        }
        return .seconds(max(seconds, 10))
    }
}
