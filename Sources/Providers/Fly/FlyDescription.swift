import AgentCore
import Foundation

extension FlyProvider {
    /// Parameters, defaults and construction, for command line, shell and scripts.
    package static func description(http: any HTTPClient) -> ProviderDescription {
        ProviderDescription(
            name: "fly", summary: "a Fly machine (brain: stub)", defaultBrain: "stub",
            parameters: [
                Parameter(
                    "fly-url", .url, "the Machines API", default: "https://api.machines.dev",
                    environment: "PIKA_FLY_API_BASE_URL"),
                Parameter("app", .text, "the Fly app", default: "pika-bot", environment: "FLY_BOT_APP_NAME"),
                Parameter("region", .text, "where it runs", default: "iad", environment: "FLY_BOT_REGION"),
                Parameter(
                    "image", .text, "the bot's image", default: "registry.fly.io/pika-bot:latest",
                    environment: "FLY_BOT_IMAGE"),
            ],
            variables: [
                .init("FLY_API_TOKEN", "token of the Fly app; required"),
                .init("ANTHROPIC_API_KEY", "model key that the bot gets; required"),
                .init("OPENAI_API_KEY", "a second model key for the bot"),
                .init("PI_MODEL", "the model that the bot uses"),
            ]
        ) { values, environment in
            let token = try environment.secret("FLY_API_TOKEN")
            // The ledger remembers base and app as one address.
            let address = ControlPlaneAddress.trimmed(values.text("fly-url") ?? "").components(
                separatedBy: "/v1/apps/")
            let app = address.count == 2 ? address[1] : values.text("app") ?? ""
            guard
                app.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x2d }
                )
            else {
                throw ParameterError(
                    "app", "app=\(app.prefix(60)): lower-case letters, digits and - are allowed")
            }
            return FlyProvider(
                options: Options(
                    token: token, baseURL: address[0], app: app,
                    region: values.text("region") ?? "", image: values.text("image") ?? "",
                    createTimeout: values.duration("create-timeout") ?? .seconds(30)),
                http: http, environment: environment)
        }
    }
}

/// Addresses of control planes.
enum ControlPlaneAddress {
    /// Without slashes at the end.
    static func trimmed(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}
