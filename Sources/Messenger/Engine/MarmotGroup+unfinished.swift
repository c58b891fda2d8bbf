import Marmot

extension MarmotGroup {
    /// We made it, and no relay has taken its Welcome: nobody else knows of it.
    var isUnfinished: Bool {
        isActive && inviter == nil && mls.epoch <= 1 && members.count > 1
            && undelivered.count >= members.count - 1
    }
}
