/// Body of `POST /agents` (contracts/providers.md, "Cloudflare Workers").
package struct CreateAgentRequest: Codable, Equatable, Sendable {
    package var name: String
    package var brain: String
    package var relayURLs: [String]
    package var botSecretKeyHex: String

    enum CodingKeys: String, CodingKey {
        case name, brain
        case relayURLs = "relay_urls"
        case botSecretKeyHex = "bot_secret_key_hex"
    }
}

/// An agent, as far as it is used here.
package struct AgentStatus: Codable, Equatable, Sendable, ResourceAnswer {
    /// What the worker found when it connected to its relay.
    package struct RelayProbe: Codable, Equatable, Sendable {
        package var relay: String
        package var ok: Bool
        package var statusCode: Int?
        package var error: String?

        enum CodingKeys: String, CodingKey {
            case relay, ok, error
            case statusCode = "status_code"
        }
    }

    package var id: String
    package var botPubkey: String
    package var status: String?
    package var keyPackagePublishedAtMs: Int64?
    package var relayProbe: RelayProbe?

    enum CodingKeys: String, CodingKey {
        case id, status
        case botPubkey = "bot_pubkey"
        case keyPackagePublishedAtMs = "key_package_published_at_ms"
        case relayProbe = "relay_probe"
    }
}

/// Body of `POST /agents/{id}/runtime/process-welcome`.
package struct ProcessWelcomeRequest: Codable, Equatable, Sendable {
    package var groupID: String
    package var wrapperEventIDHex: String
    package var welcomeEventJSON: String

    enum CodingKeys: String, CodingKey {
        case groupID = "group_id"
        case wrapperEventIDHex = "wrapper_event_id_hex"
        case welcomeEventJSON = "welcome_event_json"
    }
}
