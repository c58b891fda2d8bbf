/// Tries addresses one beside the other until one works (RFC 8305 section 5): each gets a head start before the next one, and one that fails
/// makes room for the next at once.
struct AddressRace<Address: Sendable, Connection: Sendable>: Sendable {
    /// No address worked; in the order of their failures.
    struct Lost: Error { let failures: [(address: Address, error: any Error)] }

    /// The best one first.
    let addresses: [Address]
    let clock: any Clock<Duration>
    /// Ends soon when it is cancelled. What it makes ends with its last reference: one that comes too late is dropped.
    let attempt: @Sendable (Address) async throws -> Connection

    /// How long one address is tried before the next one is tried beside it.
    static var headStart: Duration { .milliseconds(250) }

    private enum Outcome {
        case connected(Connection)
        case failed(Address, any Error)
        /// The address of this number had its head start.
        case isSlow(Int)
    }

    /// - Throws: `Lost`.
    func run() async throws -> Connection {
        var failures: [(address: Address, error: any Error)] = []
        var begun = 0
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            func tryNext() {
                guard begun < addresses.count else { return }
                let address = addresses[begun]
                begun += 1
                group.addTask {
                    do { return .connected(try await attempt(address)) } catch {
                        return .failed(address, error)
                    }
                }
                guard begun < addresses.count else { return }
                group.addTask { [begun] in
                    try await clock.sleep(for: Self.headStart)
                    return .isSlow(begun)
                }
            }
            defer { group.cancelAll() }
            tryNext()
            while failures.count < addresses.count, let outcome = try await group.next() {
                switch outcome {
                case .connected(let connection): return connection
                case .failed(let address, let error):
                    try Task.checkCancellation()
                    failures.append((address, error))
                    // Those that are still under way keep their turn.
                    tryNext()
                case .isSlow(let number): if number == begun { tryNext() }
                }
            }
            throw Lost(failures: failures)
        }
    }
}
