extension StringProtocol {
    /// At most `limit` characters; `…` shows where the rest is missing, also to `Masking`, which then knows half a secret.
    public func cut(to limit: Int) -> String { count > limit ? prefix(limit) + "…" : String(self) }
}
