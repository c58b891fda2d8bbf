import Cryptography
import MLS
import Nostr

/// The Marmot group data extension 0xf2ee (MIP-01, version 2).
package struct GroupData: Equatable, Sendable {
    package static let version: UInt16 = 2

    /// As received. It determines what the image fields mean (1: a key, 2: a seed), so renaming the group
    /// must not raise it.
    package private(set) var version = GroupData.version
    package var nostrGroupID: [UInt8]
    package var name: String
    package var description: String
    package var admins: [XOnlyKey]
    package var relays: [String]
    package var imageHash: [UInt8] = []
    package var imageKey: [UInt8] = []
    package var imageNonce: [UInt8] = []
    package var imageUploadKey: [UInt8] = []

    /// - Throws: `.invalidGroupData` for data that a peer would reject.
    package init(
        nostrGroupID: [UInt8], name: String, description: String, admins: [XOnlyKey], relays: [RelayURL]
    ) throws {
        self.nostrGroupID = nostrGroupID
        self.name = name
        self.description = description
        self.admins = Self.ordered(admins)
        self.relays = Set(relays.map(\.text)).sorted()
        try validate()
    }

    /// Without duplicates and sorted by their bytes, which is what MDK writes.
    static func ordered(_ admins: [XOnlyKey]) -> [XOnlyKey] {
        Set(admins).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    func validate() throws {
        func check(_ condition: Bool, _ id: String, _ text: String) throws {
            guard condition else { throw Self.refuse(id, text) }
        }
        try check(
            nostrGroupID.count == 32, "MAR-DATA-01",
            "the Nostr group id is \(nostrGroupID.count) bytes long instead of 32")
        try check(
            name.utf8.count <= Marmot.nameLimitBytes, "MAR-DATA-02",
            "the name is longer than \(Marmot.nameLimitBytes) bytes"
        )
        try check(
            description.utf8.count <= Marmot.descriptionLimitBytes, "MAR-DATA-03",
            "the description is longer than \(Marmot.descriptionLimitBytes) bytes")
        try validateImage()
        for relay in relays {
            do { _ = try RelayURL(relay) } catch { throw Self.refuse("MAR-DATA-04", "\(error)") }
        }
    }

    private static func refuse(_ id: String, _ why: String) -> MarmotError {
        .invalidGroupData(MarmotCheck(id, why))
    }

    /// Refuses addresses that MDK refuses as well, and no others: whoever refuses more is left behind in an old epoch.
    func checkAddresses() throws {
        for relay in relays {
            guard let end = relay.range(of: "://"),
                ["ws", "wss"].contains(relay[..<end.lowerBound].lowercased()),
                end.upperBound != relay.endIndex
            else {
                throw Self.refuse("MAR-DATA-08", "\"\(relay.prefix(200))\" is not the address of a relay")
            }
        }
    }

    private func validateImage() throws {
        let fits =
            [0, 32].contains(imageHash.count) && [0, 32].contains(imageKey.count)
            && [0, 12].contains(imageNonce.count)
            && [0, 32].contains(imageUploadKey.count)
        guard fits else { throw Self.refuse("MAR-DATA-05", "an image field has the wrong length") }
    }

    /// Reads and checks the extension of a group context.
    package init(from extensions: [Extension]) throws {
        guard let found = extensions.first(.marmotGroupData) else {
            throw Self.refuse("MAR-DATA-06", "the group has no Marmot group data")
        }
        do {
            self = try GroupData(decoding: found.data)
        } catch {
            throw Self.refuse("MAR-DATA-07", "\(error)")
        }
        // Lengths of names are only enforced on what we write. Rejecting what others wrote would leave us behind in an old epoch, because
        // MDK accepts it and moves on.
        try validateImage()
    }

    package var asExtension: Extension { Extension(type: .marmotGroupData, data: encoded) }
    package func isAdmin(_ account: XOnlyKey) -> Bool { admins.contains(account) }
}

extension GroupData: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        version = try reader.uint16()
        guard version >= 1 else { throw start.failure(.invalidValue(of: "group data version", 0)) }
        nostrGroupID = try reader.fixed(32)
        name = try Self.text(&reader)
        description = try Self.text(&reader)
        admins = try reader.vector { (reader) throws(TLSDecodingError) in try XOnlyKey.stored(&reader) }
        relays = try reader.vector { (reader) throws(TLSDecodingError) in try Self.text(&reader) }
        imageHash = try reader.opaque()
        imageKey = try reader.opaque()
        imageNonce = try reader.opaque()
        imageUploadKey = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        writer.uint16(version)
        writer.fixed(nostrGroupID)
        writer.opaque(Array(name.utf8))
        writer.opaque(Array(description.utf8))
        writer.nested { writer in
            for admin in admins { writer.fixed(admin.bytes) }
        }
        writer.nested { writer in
            for relay in relays { writer.opaque(Array(relay.utf8)) }
        }
        writer.opaque(imageHash)
        writer.opaque(imageKey)
        writer.opaque(imageNonce)
        writer.opaque(imageUploadKey)
    }

    private static func text(_ reader: inout TLSReader) throws(TLSDecodingError) -> String {
        let start = reader
        guard let text = String(validating: try reader.opaque(), as: UTF8.self) else {
            throw start.failure(.invalidValue(of: "UTF-8 text", 0))
        }
        return text
    }
}
