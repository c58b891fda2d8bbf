/// Where faults can be set: the mock world, or our own side of the way to real servers.
package protocol FaultControl: Sendable {
    func add(_ rule: FaultRule) async
    /// Removes all rules.
    func clear() async
}
