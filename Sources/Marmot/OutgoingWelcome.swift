import Cryptography
import Nostr

/// A Welcome on its way to one new member. Its size grows with the group, so it is only assembled when it is
/// needed.
package struct OutgoingWelcome: Sendable {
    package let receiver: XOnlyKey
    private let make: @Sendable () -> Rumor

    /// The rumor of kind 444, for the gift wrap (`MarmotClient.wrap`) and for the Workers hook.
    package var rumor: Rumor { make() }

    init(to receiver: XOnlyKey, _ make: @escaping @Sendable () -> Rumor) {
        (self.receiver, self.make) = (receiver, make)
    }
}
