import Cryptography
import MLS

/// What one of our own commits had done to a group before it was rolled back, so that it can be offered again.
package enum LostChange: Equatable, Sendable {
    case invited(XOnlyKey)
    case removed(XOnlyKey)
    case renamed(String)
    case described(String)
    case movedTo(relays: [String])
    case promoted(XOnlyKey)
    case demoted(XOnlyKey)

    /// What the step between two states did. Fresh keys do not count: they are renewed whenever they are due.
    static func between(_ before: Group, _ after: Group) -> [LostChange] {
        guard let old = try? GroupData(from: before.context.extensions),
            let new = try? GroupData(from: after.context.extensions)
        else { return [] }
        let (were, are) = (accounts(before), accounts(after))
        var changes: [LostChange] = are.filter { !were.contains($0) }.map { .invited($0) }
        changes += were.filter { !are.contains($0) }.map { .removed($0) }
        if new.name != old.name { changes.append(.renamed(new.name)) }
        if new.description != old.description { changes.append(.described(new.description)) }
        if new.relays != old.relays { changes.append(.movedTo(relays: new.relays)) }
        // Whoever is removed is no admin either; that comes with the removal.
        changes += new.admins.filter { !old.admins.contains($0) }.map { .promoted($0) }
        changes += old.admins.filter { !new.admins.contains($0) && are.contains($0) }.map { .demoted($0) }
        return changes
    }

    /// Whether the group is this way all the same, because somebody else made the same change.
    func holds(in group: Group) -> Bool {
        guard let data = try? GroupData(from: group.context.extensions) else { return false }
        let members = Self.accounts(group)
        return switch self {
        case .invited(let account): members.contains(account)
        case .removed(let account): !members.contains(account)
        case .renamed(let name): data.name == name
        case .described(let text): data.description == text
        case .movedTo(let relays): data.relays == relays
        case .promoted(let account): data.isAdmin(account)
        case .demoted(let account): !data.isAdmin(account)
        }
    }

    private static func accounts(_ group: Group) -> [XOnlyKey] {
        group.members.compactMap { AccountCredential.account(of: $0.leaf.credential) }
    }
}
