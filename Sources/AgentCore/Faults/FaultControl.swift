/// Where faults can be set: the mock world, or our own side of the way to real servers.
package protocol FaultControl: Sendable {
    func add(_ rule: FaultRule) async
    /// In the order in which they were added, with how often each has acted.
    var rules: [(rule: FaultRule, injected: Int)] { get async }
    /// Removes all rules.
    func clear() async
}
