/// Whether and when a command may be run again by `within=` and `stable=`.
public enum Repetition: Equatable, Sendable {
    /// It only looks: as often as wanted.
    case repeatable
    /// It is done at once, whatever the world is like: retries and limits would have no effect.
    case instant
    /// It waits by itself: `within=` is its own limit.
    case waits
    /// It creates or sends: again only after a failure that certainly had no effect.
    case onlyWithoutEffect
    /// Not at all.
    case never
}
