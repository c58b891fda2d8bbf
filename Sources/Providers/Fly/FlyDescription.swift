import AgentCore
import Foundation
import Vocabulary

extension FlyProvider {
    /// Parameters, defaults and construction, for command line, shell and scripts.
    package static func description(http: any HTTPClient) -> ProviderDescription {
        var description = ProviderDescription(
            name: providerName, displayName: "Fly", summary: "a Fly machine (brain: stub)",
            defaultBrain: "stub",
            isDefault: true, removesAgentAtEnd: false, isAssumedConfigured: true,
            parameters: [
                Parameter(
                    "fly-url", .url, "base URL of the Machines API", default: "https://api.machines.dev",
                    environment: "PIKA_FLY_API_BASE_URL"),
                Parameter("app", .text, "Fly app", default: "pika-bot", environment: "FLY_BOT_APP_NAME"),
                Parameter(
                    "region", .text, "region the machine runs in", default: "iad",
                    environment: "FLY_BOT_REGION"),
                Parameter(
                    "image", .text, "image of the bot", default: "registry.fly.io/pika-bot:latest",
                    environment: "FLY_BOT_IMAGE"),
            ],
            variables: [
                .init("FLY_API_TOKEN", "access token for the Fly app; required"),
                .init("ANTHROPIC_API_KEY", "model key for the bot; required"),
                .init("OPENAI_API_KEY", "second model key for the bot"),
                .init("PI_MODEL", "model that the bot uses"),
            ]
        ) { values, environment in
            let token = try environment.secret("FLY_API_TOKEN")
            // Bots of earlier runs have these keys; an answer about one of them may contain them.
            for name in ["ANTHROPIC_API_KEY"] + optionalBotVariables { _ = environment.forwarded(name) }
            // The ledger stores base URL and app as one address.
            let address = ControlPlaneAddress.trimmed(values.text("fly-url") ?? "").components(
                separatedBy: "/v1/apps/")
            let app = address.count == 2 ? address[1] : values.text("app") ?? ""
            guard
                app.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x2d }
                )
            else {
                throw ParameterError(
                    "app", "app=\(app.cut(to: 60)): use only lower-case letters, digits and hyphens")
            }
            return FlyProvider(
                options: Options(
                    token: token, baseURL: address[0], app: app,
                    region: values.text("region") ?? "", image: values.text("image") ?? "",
                    createTimeout: values.duration("create-timeout") ?? .seconds(30),
                    followUp: values.duration("follow-up") ?? ControlPlane.usualFollowUp),
                http: http, environment: environment)
        }
        description.calls = [
            ProviderCall("POST", "/v1/apps/*/volumes"), ProviderCall("GET", "/v1/apps/*/volumes"),
            ProviderCall("GET", "/v1/apps/*/volumes/*"), ProviderCall("DELETE", "/v1/apps/*/volumes/*"),
            ProviderCall("POST", "/v1/apps/*/machines"), ProviderCall("GET", "/v1/apps/*/machines"),
            ProviderCall("GET", "/v1/apps/*/machines/*"), ProviderCall("GET", "/v1/apps/*/machines/*/wait"),
            ProviderCall("DELETE", "/v1/apps/*/machines/*"),
        ]
        return description
    }
}
