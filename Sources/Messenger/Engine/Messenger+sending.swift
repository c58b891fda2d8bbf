import AgentCore
import Cryptography
import Marmot
import Nostr
import Vocabulary

/// What we say, and do to groups.
extension Messenger {
    /// What became of a message of ours.
    package struct Sent: Equatable, Sendable {
        /// The event that carried it.
        package let event: EventID
        /// What members call it.
        package let message: EventID
    }

    /// A group that we are in, by its Nostr id.
    ///
    /// - Throws: `MessengerError` (bad_group_id) for what is no id, and for a group that we are not in.
    package func group(_ nostrGroupID: String) async throws -> MarmotGroup {
        guard let bytes = Hex.decode(nostrGroupID) else {
            throw MessengerError(.badGroupID, "nostr_group_id must be hex")
        }
        guard bytes.count == 32 else {
            throw MessengerError(.badGroupID, "nostr_group_id must be 32 bytes, not \(bytes.count)")
        }
        guard let group = await client.group(nostrID: nostrGroupID) else {
            throw MessengerError(.badGroupID, "group not found")
        }
        return group
    }

    /// Sends a message and returns once a relay has confirmed it. Messages to one group go out one after the other.
    ///
    /// - Parameter message: the one that this answers: should it come once more, it is not told again.
    /// - Throws: `MessengerError`: publish_failed, also when nothing may be sent. Where the message may be on its way, it says so:
    ///   the same event is sent again in the background.
    package func send(
        _ text: String, kind: EventKind = .chatMessage, tags: [Tag] = [], to group: MarmotGroup,
        answering message: EventID? = nil
    ) async throws -> Sent {
        let session = try await session(of: group)
        do {
            let (desk, id) = (desk, group.id)
            let sent = try await session.oneAtATime {
                desk.answer(message, in: id)
                defer { desk.answer(nil, in: id) }
                return try await session.say(text, kind: kind, tags: tags)
            }
            if let message { await answered(message) }
            return Sent(event: sent.event, message: sent.message.id)
        } catch {
            throw MessengerError(error, otherwise: .publishFailed)
        }
    }

    /// No later run tells this message again. Where that cannot be stored, its answer is known all the same.
    func answered(_ message: EventID) async {
        for group in await client.groups {
            guard await client.unshown(in: group.id).contains(where: { $0.id == message }) else { continue }
            do { try await client.passedOn([message], in: group.id) } catch {
                environment.log.emit(.warning("that a message has its answer could not be noted: \(error)"))
            }
        }
    }

    /// Returns once the relays have told what was said in a group, or had their time for it.
    ///
    /// - Throws: `MessengerError` (bad_group_id).
    package func catchUp(with group: MarmotGroup) async throws { _ = try await session(of: group) }

    /// Tells the group that we are about to say something. Relays need not keep it, and nobody waits for it.
    ///
    /// - Throws: `MessengerError`: mdk_error, publish_failed.
    package func sendTyping(to group: MarmotGroup) async throws {
        let tags = [Tag("d", "pika"), Tag("expiration", "\(environment.now() + 10)")]
        do {
            let event = try await client.encrypt(
                "typing", kind: EphemeralKinds.typing, tags: tags, in: group.id
            ).event
            try await environment.pool.publish(event, within: limits.publish)
        } catch { throw MessengerError(error, otherwise: .mdkError) }
    }

    /// Proposes that we leave; another member commits it.
    ///
    /// - Throws: `MessengerError`: mdk_error, publish_failed.
    package func leave(_ group: MarmotGroup) async throws {
        do {
            _ = try await session(of: group).leaveGroup()
        } catch { throw MessengerError(error, otherwise: .mdkError) }
    }

    /// - Throws: `MessengerError`: no_key_packages, mdk_error, publish_failed.
    package func add(_ accounts: [XOnlyKey], to group: MarmotGroup) async throws -> MarmotGroup {
        do {
            return try await session(of: group).invite(accounts, as: "add_members")
        } catch { throw MessengerError(error, otherwise: .mdkError) }
    }

    /// - Throws: `MessengerError`: mdk_error, publish_failed.
    package func remove(_ accounts: [XOnlyKey], from group: MarmotGroup) async throws -> MarmotGroup {
        do {
            return try await session(of: group).change(.remove(accounts), as: "remove_members")
        } catch { throw MessengerError(error, otherwise: .mdkError) }
    }

    /// The group that we share with this account alone; nil where there is none.
    package func conversation(with account: XOnlyKey) async -> MarmotGroup? {
        await client.groups.filter { group in
            group.isActive && !group.isUnfinished && Set(group.members) == [account, publicKey]
        }
        .min { $0.nostrGroupIDHex < $1.nostrGroupIDHex }
    }

    /// Makes a group with an account, and invites it.
    ///
    /// - Throws: `MessengerError`: no_key_packages, fetch_failed, mdk_error, publish_failed.
    package func createGroup(with account: XOnlyKey, name: String) async throws -> MarmotGroup {
        let keyPackage = try await keyPackage(of: account)
        let session = AgentSession(name: String(account.hex.prefix(8)), environment: environment)
        do {
            await session.begin(with: keyPackage)
            let group = try await session.createGroup(name: name)
            adopt(session, group)
            return group
        } catch {
            await session.close()
            throw MessengerError(error, otherwise: .mdkError)
        }
    }
}
