import Cryptography
import MLS
import Nostr

/// A verified event that publishes a key package (MIP-00, kinds 30443 and 443).
package struct KeyPackageEvent: Equatable, Sendable {
    package let event: Event
    package let keyPackage: KeyPackage
    package let dialect: Dialect

    package var account: XOnlyKey { event.author }

    /// Checks everything in contracts/marmot.md sections 1, 2 and 8 that can be checked without a group.
    ///
    /// - Parameter now: seconds since 1970.
    package init(_ event: Event, now: Int64) throws {
        func reject(_ id: String, _ why: String) -> MarmotError {
            .keyPackageRejected(id: event.id, MarmotCheck(id, why))
        }
        func check(_ condition: Bool, _ id: String, _ why: @autoclosure () -> String) throws {
            guard condition else { throw reject(id, why()) }
        }
        try check(
            event.kind == .keyPackage || event.kind == .keyPackageLegacy, "MAR-KEYPACKAGE-01",
            "its kind is \(event.kind), not 30443 or 443")
        try check(
            event.content.utf8.count <= Marmot.contentLimitBytes, "MAR-KEYPACKAGE-02", "it is too large")
        let tags = event.tags
        try check(
            tags.value("mls_protocol_version") == "1.0", "MAR-KEYPACKAGE-03",
            "the mls_protocol_version tag is not 1.0")
        try check(
            tags.value("mls_ciphersuite") == "0x0001", "MAR-KEYPACKAGE-04",
            "the mls_ciphersuite tag is not 0x0001")
        let extensions = (tags.first("mls_extensions")?.values ?? []).map { $0.lowercased() }
        try check(
            extensions.contains("0x000a") && extensions.contains("0xf2ee"), "MAR-KEYPACKAGE-05",
            "the mls_extensions tag lacks 0x000a or 0xf2ee")
        // Audit R: the encoding must be stated; it is never guessed.
        try check(
            tags.value("encoding")?.lowercased() == "base64", "MAR-KEYPACKAGE-06",
            "the encoding tag is not base64")
        // Audit S.
        let relays = tags.first("relays")?.values ?? []
        try check(!relays.isEmpty, "MAR-KEYPACKAGE-07", "the relays tag is empty")
        for relay in relays {
            do { _ = try RelayURL(relay) } catch {
                throw reject("MAR-KEYPACKAGE-08", "the relays tag: \(error)")
            }
        }
        // Other clients than MDK write free text, and no mls_proposals: the leaf itself says what it supports.
        try check(
            event.kind == .keyPackageLegacy || tags.first("d") != nil, "MAR-KEYPACKAGE-09",
            "the d tag is missing")
        if let proposals = tags.first("mls_proposals") {
            try check(
                proposals.values == ["0x000a"], "MAR-KEYPACKAGE-10", "the mls_proposals tag is not 0x000a")
        }
        guard let bytes = Base64.decode(event.content) else {
            throw reject("MAR-KEYPACKAGE-11", "the content is not base64")
        }
        let keyPackage: KeyPackage
        do {
            keyPackage = try KeyPackage(decoding: bytes)
        } catch {
            throw reject("MAR-KEYPACKAGE-12", "the key package is malformed: \(error)")
        }
        if let claimed = tags.value("i") {
            try check(
                Hex.decode(claimed) == keyPackage.reference, "MAR-KEYPACKAGE-13",
                "the i tag is not the key package's reference")
        }
        // Audit D: nobody may publish a key package in another account's name.
        try check(
            AccountCredential.account(of: keyPackage.leafNode.credential) == event.author,
            "MAR-KEYPACKAGE-14",
            "its credential does not name the event's author")
        try check(
            keyPackage.leafNode.capabilities.extensions.contains(.marmotGroupData), "MAR-KEYPACKAGE-15",
            "its client does not support Marmot groups (0xf2ee)")
        do {
            try keyPackage.validate(groupExtensions: [], now: UInt64(max(now, 0)))
        } catch {
            throw reject("MAR-KEYPACKAGE-16", "\(error)")
        }
        self.event = event
        self.keyPackage = keyPackage
        dialect = Dialect(clientTag: tags.value("client"))
    }

    /// The newest usable one of several, and why the newer ones were rejected.
    package static func newestValid(
        among events: [Event], of account: XOnlyKey, now: Int64
    ) -> (found: KeyPackageEvent?, rejections: [MarmotError]) {
        var rejections: [MarmotError] = []
        let candidates = events.filter { $0.author == account }.sorted { a, b in
            // On equal dates prefer the addressable kind, because that is the one that stays up to date.
            (a.createdAt, a.kind == .keyPackage ? 1 : 0) > (b.createdAt, b.kind == .keyPackage ? 1 : 0)
        }
        for event in candidates {
            do {
                return (try KeyPackageEvent(event, now: now), rejections)
            } catch {
                rejections.append(
                    error as? MarmotError
                        ?? .keyPackageRejected(id: event.id, MarmotCheck("MAR-KEYPACKAGE-16", "\(error)")))
            }
        }
        return (nil, rejections)
    }

    /// The unsigned events that publish `keyPackage`: kind 30443, then a copy as kind 443 for older clients
    /// (section 9.1).
    package static func rumors(
        offering keyPackage: KeyPackage, by account: XOnlyKey, slot: String, relays: [RelayURL], now: Int64
    ) -> [Rumor] {
        let common = [
            Tag("mls_protocol_version", "1.0"), Tag("mls_ciphersuite", "0x0001"),
            Tag("mls_extensions", "0x000a", "0xf2ee"), Tag("mls_proposals", "0x000a"),
            Tag(fields: ["relays"] + relays.map(\.text)), Tag("i", Hex.encode(keyPackage.reference)),
            Tag("client", Marmot.clientName), Tag("encoding", "base64"),
        ]
        let content = Base64.encode(keyPackage.encoded)
        return [(EventKind.keyPackage, [Tag("d", slot)] + common), (.keyPackageLegacy, common)].map {
            kind, tags in
            Rumor(author: account, createdAt: now, kind: kind, tags: tags, content: content)
        }
    }
}
