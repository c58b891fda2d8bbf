import Cryptography
import MLS
import Nostr

/// The rumor of kind 444 that carries a Welcome (MIP-02).
package struct WelcomeEvent: Equatable, Sendable {
    package let rumor: Rumor
    package let welcome: Welcome
    /// Id of the key package event that the inviter claims to have used.
    package let keyPackageEvent: String
    package let dialect: Dialect

    package static func rumor(
        _ welcome: Welcome, from inviter: XOnlyKey, keyPackageEvent: EventID, relays: [RelayURL], now: Int64
    ) -> Rumor {
        Rumor(
            author: inviter, createdAt: now, kind: .welcome,
            tags: [
                Tag(fields: ["relays"] + relays.map(\.text)), Tag("e", keyPackageEvent.hex),
                Tag("client", Marmot.clientName), Tag("encoding", "base64"),
            ], content: Base64.encode(MLSMessage.welcome(welcome).encoded))
    }

    /// Checks the structure (audit H) before anything else happens to the Welcome.
    package init(_ rumor: Rumor) throws(MarmotError) {
        func refuse(_ id: String, _ why: String) -> MarmotError { .welcomeRejected(MarmotCheck(id, why)) }
        func check(_ condition: Bool, _ id: String, _ why: @autoclosure () -> String) throws(MarmotError) {
            guard condition else { throw refuse(id, why()) }
        }
        try check(rumor.kind == .welcome, "MAR-WELCOME-01", "its kind is \(rumor.kind), not 444")
        try check(rumor.content.utf8.count <= Marmot.contentLimitBytes, "MAR-WELCOME-02", "it is too large")
        let relays = rumor.tags.first("relays")?.values ?? []
        try check(
            relays.contains { (try? RelayURL($0)) != nil }, "MAR-WELCOME-03",
            "the relays tag contains no valid relay address")
        guard let reference = rumor.tags.value("e"), !reference.isEmpty else {
            throw refuse("MAR-WELCOME-04", "the e tag is missing")
        }
        try check(
            rumor.tags.value("encoding") == "base64", "MAR-WELCOME-05", "the encoding tag is not base64")
        guard let bytes = Base64.decode(rumor.content) else {
            throw refuse("MAR-WELCOME-06", "the content is not base64")
        }
        do {
            guard case .welcome(let welcome) = try MLSMessage(decoding: bytes) else {
                throw refuse("MAR-WELCOME-07", "the content is an MLS message of another type")
            }
            self.welcome = welcome
        } catch let error as MarmotError {
            throw error
        } catch {
            throw refuse("MAR-WELCOME-08", "malformed: \(error)")
        }
        self.rumor = rumor
        keyPackageEvent = reference
        dialect = Dialect(clientTag: rumor.tags.value("client"))
    }
}
