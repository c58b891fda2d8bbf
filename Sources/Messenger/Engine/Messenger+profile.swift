import Foundation
import Nostr
import Vocabulary

extension Messenger {
    private static let metadata = EventKind(rawValue: 0)

    /// Our profile as the relays have it.
    ///
    /// - Returns: an empty one where no relay has any.
    /// - Throws: `MessengerError` (fetch_failed) when no relay has told what it has: an empty answer would look the same.
    package func profile() async throws -> Profile {
        let filter = Filter(authors: [publicKey], kinds: [Self.metadata], limit: 1)
        let pool = environment.pool
        let subscription = await pool.subscribe([filter])
        let newest = NewestEvent()
        let relays = pool.relays.count
        try? await withDeadline(limits.fetch, clock: environment.clock) {
            var answered = 0
            while answered < relays,
                let next = await subscription.deliveries.next(
                    within: answered > 0 ? RelayPool.grace : nil, clock: self.environment.clock)
            {
                switch next {
                case .element(.event(let event, _)): await newest.add(event)
                case .element(.endOfStoredEvents):
                    answered += 1
                    await newest.answered()
                case .element(.closed): answered += 1
                case .silence: return
                }
            }
        }
        await pool.cancel(subscription)
        if let event = await newest.event { return Profile(event.content) ?? Profile() }
        guard await newest.isComplete else {
            let why = await pool.troubles().map { "\($0)" }.joined(separator: "; ")
            throw MessengerError(
                .fetchFailed, "no relay has told our profile\(why.isEmpty ? "" : ": \(why)")")
        }
        return Profile()
    }

    private static let pictureLimitBytes = 8 << 20

    /// Changes what everybody sees of this account, and leaves the rest of it as it is.
    ///
    /// - Parameters:
    ///   - name: blanks around it go; an empty one takes the name away.
    ///   - isForced: also where no relay tells the present profile, the rest of which is lost then.
    /// - Throws: `MessengerError`: fetch_failed, file_error, upload_failed, publish_failed.
    package func updateProfile(
        name: String?, picture: OutgoingMedia?, servers: [String], isForced: Bool
    ) async throws -> Profile {
        if let picture {
            guard picture.bytes.count <= Self.pictureLimitBytes, picture.type.text.hasPrefix("image/") else {
                throw MessengerError(.fileError, "a picture of at most 8 MiB is needed")
            }
        }
        var profile: Profile
        do { profile = try await self.profile() } catch let error as MessengerError where isForced {
            environment.log.emit(.warning(error.message))
            profile = Profile()
        }
        if let name { profile.setName(name.trimmed) }
        if let picture { profile.setPicture(try await upload(picture: picture, to: servers)) }
        try await publish(profile)
        return profile
    }

    /// Publishes a profile.
    ///
    /// - Throws: `MessengerError` (publish_failed).
    package func publish(_ profile: Profile) async throws {
        do {
            let event = try client.sign(
                Rumor(
                    author: publicKey, createdAt: environment.now(), kind: Self.metadata,
                    content: profile.content))
            try await environment.pool.publish(event, within: limits.publish)
        } catch { throw MessengerError(error, otherwise: .signFailed) }
    }
}

private actor NewestEvent {
    private(set) var event: Event?
    private(set) var isComplete = false

    func add(_ new: Event) {
        guard new.createdAt > event?.createdAt ?? .min else { return }
        event = new
    }

    func answered() { isComplete = true }
}
