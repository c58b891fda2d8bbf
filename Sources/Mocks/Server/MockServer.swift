/// A mock that other programs reach over loopback. It binds its port when it is created, and serves requests
/// from `start` to `stop`.
package protocol MockServer: Sendable {
    func start() async
    func stop() async
}

extension EmbeddedRelay: MockServer {}
extension MockMicroVM: MockServer {}
extension MockFly: MockServer {}
extension MockWorkers: MockServer {}
extension MockWorld: MockServer {}
