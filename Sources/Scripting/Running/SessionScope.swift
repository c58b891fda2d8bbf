/// The session that `in NAME: COMMAND` and deferred commands run in, without switching to it.
public enum SessionScope {
    @TaskLocal public static var name: String?
}
