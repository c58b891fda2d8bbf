import Nostr

/// The relay information document (NIP-11), which a browser may read, too.
struct RelayInformation: Encodable {
    struct Limitation: Encodable {
        let maxMessageLength: Int
        let maxSubscriptions: Int
        let maxFilters: Int
        let maxSubidLength: Int
        let maxLimit: Int
        let defaultLimit: Int
        let createdAtUpperLimit: Int64
        let minPowDifficulty = 0
        let authRequired: Bool
        let paymentRequired = false
        let restrictedWrites: Bool
    }

    let name = "pikachat mock relay"
    let description = "An in-memory relay on this machine only"
    let supportedNips = [1, 9, 11, 40, 42, 45, 70]
    let software = "pikachat"
    let limitation: Limitation

    init(_ limits: EmbeddedRelay.Limits, _ behaviour: RelayBehaviour) {
        let perAnswer = min(behaviour.answerLimit ?? .max, RelayStore.maximumPerFilter)
        limitation = Limitation(
            maxMessageLength: limits.messageBytes, maxSubscriptions: limits.subscriptions,
            maxFilters: limits.filters, maxSubidLength: limits.subscriptionNameCharacters,
            maxLimit: perAnswer, defaultLimit: perAnswer, createdAtUpperLimit: limits.secondsAhead,
            authRequired: behaviour.requiresAuthentication, restrictedWrites: behaviour.rejection != nil)
    }

    /// Lets pages of any origin read the answer.
    private static let sharing: [(name: String, value: String)] = [
        ("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ]

    /// The answer to a request that is not for a WebSocket.
    func response(to request: ServerRequest) -> ServerResponse {
        switch request.method {
        case "GET":
            var response = ServerResponse.json(200, self)
            response.fields = [("Content-Type", "application/nostr+json")] + Self.sharing
            return response
        case "OPTIONS": return ServerResponse(status: 204, fields: Self.sharing)
        default: return .error(404, "this is a Nostr relay; connect to it with a WebSocket")
        }
    }
}
