import Cryptography

/// Why a gift wrap could not be opened (NIP-59).
package enum GiftWrapError: Error, Equatable, CustomStringConvertible {
    case notAGiftWrap
    case undecryptable(String)
    /// The seal's signer is not the rumor's author: somebody is impersonating that author.
    case senderMismatch
    case invalidSeal(EventError)
    case invalidRumor(EventError)

    package var description: String {
        switch self {
        case .notAGiftWrap: "not a gift wrap (kind 1059)"
        case .undecryptable(let why): "the gift wrap cannot be decrypted: \(why)"
        case .senderMismatch: "the seal's signer is not the rumor's author"
        case .invalidSeal(let error): "the seal is invalid: \(error)"
        case .invalidRumor(let error): "the rumor is invalid: \(error)"
        }
    }
}

/// NIP-59: a rumor inside a seal signed by its author, inside a wrap signed by a one-time key.
package enum GiftWrap {
    /// Dates are chosen at random from this many seconds before now, so that they reveal nothing.
    package static let dateSpreadSeconds: UInt64 = 48 * 3600
    /// Maximum length of the encrypted plaintext, in bytes. Not every implementation supports more than 65535
    /// (MDK does not).
    package static let maximumBytes = 1 << 20

    package static func wrap(
        _ rumor: Rumor, from sender: Secp256k1SecretKey, to receiver: XOnlyKey, now: Int64,
        random: some RandomSource
    ) throws -> Event {
        let sealKey = try ConversationKey(of: sender, with: receiver)
        let seal = try Rumor(
            author: sender.publicKey, createdAt: earlier(than: now, random), kind: .seal,
            content: EncryptedPayload.encrypt(
                rumor.json, with: sealKey, maximumBytes: maximumBytes, random: random)
        ).signed(by: sender, random: random)

        let oneTime = try Secp256k1SecretKey.random(from: random)
        let wrapKey = try ConversationKey(of: oneTime, with: receiver)
        return try Rumor(
            author: oneTime.publicKey, createdAt: earlier(than: now, random), kind: .giftWrap,
            tags: [Tag("p", receiver.hex)],
            content: EncryptedPayload.encrypt(
                seal.json, with: wrapKey, maximumBytes: maximumBytes, random: random)
        ).signed(by: oneTime, random: random)
    }

    /// Opens a wrap for `receiver`. The seal's signature proves who the rumor's author is.
    package static func unwrap(_ event: Event, for receiver: Secp256k1SecretKey) throws(GiftWrapError)
        -> Rumor
    {
        guard event.kind == .giftWrap else { throw .notAGiftWrap }
        let sealJSON = try decrypt(event.content, receiver, event.author)
        let seal: Event
        do { seal = try Event(json: sealJSON) } catch { throw .invalidSeal(error) }
        guard seal.kind == .seal else { throw .invalidSeal(.malformed("its kind is \(seal.kind), not 13")) }
        let rumorJSON = try decrypt(seal.content, receiver, seal.author)
        let rumor: Rumor
        let statesID: Bool
        do { (rumor, statesID) = (try Rumor(json: rumorJSON), try Rumor.statesID(rumorJSON)) } catch {
            throw .invalidRumor(error)
        }
        guard statesID else { throw .invalidRumor(.malformed("it has no id")) }
        guard rumor.author == seal.author else { throw .senderMismatch }
        return rumor
    }

    private static func decrypt(
        _ content: String, _ receiver: Secp256k1SecretKey, _ sender: XOnlyKey
    ) throws(GiftWrapError) -> [UInt8] {
        do {
            return try EncryptedPayload.decrypt(
                content, with: ConversationKey(of: receiver, with: sender), maximumBytes: maximumBytes)
        } catch {
            throw .undecryptable("\(error)")
        }
    }

    private static func earlier(than now: Int64, _ random: some RandomSource) throws -> Int64 {
        now - Int64(try random.below(dateSpreadSeconds))
    }
}
