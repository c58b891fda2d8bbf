import AgentCore
import Vocabulary

extension WorkersProvider {
    /// Parameters, defaults and construction, for command line, shell and scripts.
    package static func description(http: any HTTPClient) -> ProviderDescription {
        var description = ProviderDescription(
            name: providerName, displayName: "Workers", summary: "a Cloudflare Workers agent (brain: pi)",
            defaultBrain: "pi", removesAgentAtEnd: false,
            parameters: [
                Parameter(
                    "workers-url", .url, "base URL of the worker", default: "http://127.0.0.1:8787",
                    environment: "PIKA_WORKERS_BASE_URL")
            ],
            variables: [.init("PIKA_WORKERS_API_TOKEN", "the worker's token, if it requires one")]
        ) { values, environment in
            let url = ControlPlaneAddress.trimmed(values.text("workers-url") ?? "")
            guard url.contains("://"), !url.hasSuffix(":") else {
                throw ParameterError(
                    "workers-url",
                    "the worker's address is empty: set --workers-url or PIKA_WORKERS_BASE_URL")
            }
            let token = try environment.credential("PIKA_WORKERS_API_TOKEN")
            return WorkersProvider(
                options: Options(
                    baseURL: url, token: token,
                    createTimeout: values.duration("create-timeout") ?? .seconds(60),
                    followUp: values.duration("follow-up") ?? ControlPlane.usualFollowUp), http: http,
                environment: environment)
        }
        description.canRemove = removes
        description.calls = [
            ProviderCall("GET", "/health"), ProviderCall("POST", "/agents"), ProviderCall("GET", "/agents/*"),
            ProviderCall("POST", "/agents/*/runtime/process-welcome"),
        ]
        return description
    }
}
