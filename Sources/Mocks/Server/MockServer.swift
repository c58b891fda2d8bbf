/// A mock that other programs reach over loopback: bound when it is made, answering from `start` to `stop`.
package protocol MockServer: Sendable {
    func start() async
    func stop() async
}

extension EmbeddedRelay: MockServer {}
extension MockMicroVM: MockServer {}
extension MockFly: MockServer {}
extension MockWorkers: MockServer {}
extension MockWorld: MockServer {}
