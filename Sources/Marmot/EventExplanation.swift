import Cryptography
import MLS
import Nostr

/// What an event is, and why it does or does not decrypt here; meant for troubleshooting.
package struct EventExplanation: Equatable, Sendable {
    package enum Verdict: String, Sendable {
        /// We can read it, or could until its key was used up.
        case readable
        /// Not addressed to us, or we do not hold the keys (any longer, or yet).
        case closed
        /// Decrypts, but breaks a rule.
        case refused
        /// Contains nothing encrypted.
        case open
    }

    package internal(set) var verdict = Verdict.open
    /// One entry per layer, outermost first.
    package internal(set) var lines: [(label: String, text: String)] = []

    package static func == (one: Self, other: Self) -> Bool {
        one.verdict == other.verdict && one.lines.elementsEqual(other.lines, by: ==)
    }

    mutating func say(_ label: String, _ text: String) { lines.append((label, text)) }

    mutating func end(_ verdict: Verdict, _ why: String) {
        self.verdict = verdict
        say(verdict.rawValue, why)
    }
}

extension Account {
    /// Inspects an event without side effects: no key is consumed and no group advances.
    ///
    /// - Parameter now: seconds since 1970.
    package func explain(_ event: Event, now: Int64) -> EventExplanation {
        var found = EventExplanation()
        found.say("event", "\(event.id.hex), signature good")
        found.say("kind", "\(event.kind)\(Self.kindName(event.kind).map { ", \($0)" } ?? "")")
        found.say("author", KeyText.npub(event.author) + (event.author == publicKey ? " (us)" : ""))
        found.say("date", "\(event.createdAt), \(Self.age(event.createdAt, now: now))")
        switch event.kind {
        case .keyPackage, .keyPackageLegacy: explainKeyPackage(event, now: now, &found)
        case .giftWrap: explainWrap(event, now: now, &found)
        case .groupEvent: explainGroupEvent(event, now: now, &found)
        default: found.end(.open, "not encrypted for a group")
        }
        return found
    }

    private static func kindName(_ kind: EventKind) -> String? {
        switch kind {
        case .keyPackage, .keyPackageLegacy: "a key package (MIP-00)"
        case .keyPackageRelays: "a list of key package relays (MIP-00)"
        case .welcome: "a Welcome (MIP-02), which belongs in a gift wrap"
        case .groupEvent: "a group event (MIP-03)"
        case .giftWrap: "a gift wrap (NIP-59)"
        case .seal: "a seal (NIP-59), which belongs in a gift wrap"
        case .chatMessage: "a chat message, which belongs in a group event"
        default: nil
        }
    }

    private static func age(_ date: Int64, now: Int64) -> String {
        let (seconds, overflow) = now.subtractingReportingOverflow(date)
        guard !overflow else { return "an impossible date" }
        let unit: (Int64, String) =
            switch abs(seconds) {
            case ..<120: (1, "s")
            case ..<7200: (60, "min")
            case ..<172_800: (3600, "h")
            default: (86_400, "days")
            }
        return "\(abs(seconds) / unit.0) \(unit.1) \(seconds < 0 ? "in the future" : "ago")"
    }

    private func explainKeyPackage(_ event: Event, now: Int64, _ found: inout EventExplanation) {
        do {
            let offer = try KeyPackageEvent(event, now: now)
            found.say("package", "reference \(Hex.encode(offer.keyPackage.reference)), \(offer.dialect)")
            if case .keyPackage(let lifetime) = offer.keyPackage.leafNode.source {
                found.say("lifetime", "until \(lifetime.notAfter)")
            }
            let isOurs = keyPackages.contains { $0.bundle.keyPackage == offer.keyPackage }
            found.end(
                .open,
                isOurs
                    ? "ours; we hold its private keys"
                    : "valid; its owner can be invited to a group with it")
        } catch { found.end(.refused, "\(error)") }
    }

    private func explainWrap(_ event: Event, now: Int64, _ found: inout EventExplanation) {
        let receivers = event.tags.all("p").compactMap(\.value)
        guard receivers.contains(publicKey.hex) else {
            return found.end(
                .closed,
                receivers.isEmpty
                    ? "names no recipient, so it is not for us"
                    : "for \(receivers.joined(separator: ", ")), not for us")
        }
        let rumor: Rumor
        do { rumor = try GiftWrap.unwrap(event, for: key) } catch { return found.end(.closed, "\(error)") }
        found.say("sealed by", KeyText.npub(rumor.author))
        found.say("inside", "kind \(rumor.kind)\(Self.kindName(rumor.kind).map { ", \($0)" } ?? "")")
        guard rumor.kind == .welcome else { return found.end(.readable, "not a Welcome; ignored") }
        do {
            let welcome = try WelcomeEvent(rumor)
            let own = Set(keyPackages.map(\.bundle.keyPackage.reference))
            let known = welcome.welcome.secrets.filter { own.contains($0.newMember) }.count
            found.say(
                "welcome",
                "invites \(welcome.welcome.secrets.count) key packages, \(known) of them ours; made for key package event \(welcome.keyPackageEvent)"
            )
            var copy = self
            guard let group = try copy.join(rumor, now: now) else {
                return found.end(
                    .readable, "for a group that we are already in; joining would change nothing")
            }
            found.say(
                "group", "\"\(group.data.name)\", epoch \(group.mls.epoch), \(group.members.count) members")
            found.end(.readable, "we can join the group with it")
        } catch { found.end(.refused, "\(error)") }
    }

    private func explainGroupEvent(_ event: Event, now: Int64, _ found: inout EventExplanation) {
        let name = event.tags.value("h") ?? ""
        guard let group = groups.values.first(where: { $0.nostrGroupIDHex == name.lowercased() }) else {
            return found.end(
                .closed,
                name.isEmpty
                    ? "no h tag, so it names no group"
                    : "for group \(name), which is not in this state directory")
        }
        found.say(
            "group",
            "\"\(group.data.name)\", now in epoch \(group.mls.epoch)\(group.isActive ? "" : "; we have been removed from it")"
        )
        if group.pendingCommit?.event.id == event.id {
            return found.end(.readable, "our own commit, which no relay has confirmed yet")
        }
        group.explain(event, now: now, &found)
    }
}

extension MarmotGroup {
    func explain(_ event: Event, now: Int64, _ found: inout EventExplanation) {
        let opened: (message: [UInt8], dialect: Dialect, epoch: UInt64)
        do {
            opened = try GroupEvent.open(event, for: mls, preferring: dialect)
        } catch {
            let oldest = ([mls.epoch] + mls.pastEpochs.map(\.epoch)).min() ?? mls.epoch
            return found.end(
                .closed,
                "none of the outer keys of epochs \(oldest) to \(mls.epoch) decrypts it: it is from a later epoch (we are missing a commit), from an older one, or not from a member"
                    + (inbox.waiting.contains { $0.id == event.id }
                        ? "; it is queued until a commit arrives" : ""))
        }
        found.say("outer layer", "decrypts with the key of epoch \(opened.epoch), \(opened.dialect)")
        let message: MLSMessage
        do { message = try MLSMessage(decoding: opened.message) } catch {
            return found.end(.refused, "the content is not an MLS message: \(error)")
        }
        describe(message, &found)
        if case .privateMessage(let inner) = message, inner.contentType == .application,
            mls.sender(of: inner) == mls.ownLeaf
        {
            return found.end(.readable, "our own: MLS cannot decrypt messages it encrypted itself")
        }
        do {
            var copy = self
            switch try copy.mls.process(message, now: UInt64(max(now, 0))) {
            case .application(let application): explain(application, &found)
            case .proposal(let pending):
                found.say("proposes", "\(pending.proposal.type.rawValue) by \(name(of: pending.sender))")
                found.end(.readable, "pending until a member commits it")
            case .commit(let staged):
                found.say("committer", name(of: .member(staged.committer)))
                try CommitPolicy.check(staged, in: mls)
                found.end(
                    .readable, "starts epoch \(mls.epoch + 1)\(staged.group == nil ? ", and removes us" : "")"
                )
            }
        } catch MLSError.ownMessage {
            found.end(.readable, "our own: MLS cannot decrypt messages it encrypted itself")
        } catch RatchetError.generationConsumed(let generation) {
            found.end(
                .readable,
                inbox.hasSeen(event: event.id)
                    ? "read before: each key works only once, and the key of generation \(generation) has been used"
                    : "the key of generation \(generation) has been used: this is the same message in another wrapper"
            )
        } catch MLSError.wrongEpoch(let epoch, let current) {
            found.end(
                .closed,
                epoch > current
                    ? "it is from epoch \(epoch), and we are missing the commit that starts that epoch"
                    : snapshots.contains { $0.winner.id == event.id }
                        ? "the commit that ended epoch \(epoch); already applied"
                        : "epoch \(epoch) is over; another commit for it counts only if it is older than the one already applied"
            )
        } catch { found.end(.refused, "\(error)") }
    }

    private func describe(_ message: MLSMessage, _ found: inout EventExplanation) {
        switch message {
        case .privateMessage(let inner):
            found.say(
                "MLS",
                "PrivateMessage, \(inner.contentType), epoch \(inner.epoch), \(inner.ciphertext.count) bytes")
        case .publicMessage(let inner):
            found.say("MLS", "PublicMessage, \(inner.content.content.type), epoch \(inner.content.epoch)")
        case .welcome: found.say("MLS", "Welcome")
        case .groupInfo: found.say("MLS", "GroupInfo")
        case .keyPackage: found.say("MLS", "KeyPackage")
        }
    }

    private func explain(_ application: ApplicationMessage, _ found: inout EventExplanation) {
        found.say("sender", "\(name(of: .member(application.sender))), generation \(application.generation)")
        do {
            let rumor = try Rumor(json: application.data)
            guard AccountCredential.account(of: application.credential) == rumor.author else {
                return found.end(.refused, "its author is not the member who sent it")
            }
            found.say("rumor", "kind \(rumor.kind), \(rumor.content.count) characters")
            found.end(.readable, "not read before")
        } catch { found.end(.refused, "\(error)") }
    }

    private func name(of sender: Sender) -> String {
        guard case .member(let index) = sender else { return "somebody outside the group" }
        let account = mls.tree.leaf(at: index).flatMap { AccountCredential.account(of: $0.credential) }
        return account.map { KeyText.npub($0) } ?? "leaf \(index)"
    }
}
