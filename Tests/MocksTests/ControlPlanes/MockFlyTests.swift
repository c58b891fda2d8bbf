import Testing

@testable import Mocks

@Suite("MockFly")
struct MockFlyTests {
    /// A negative or enormous timeout once trapped while the polls were counted.
    @Test(
        "keeps a wait's timeout within what Fly allows",
        arguments: [
            (nil, 60), ("5", 5), ("-1", 0), ("9223372036854775807", 60), ("99999999999999999999", 60),
            ("x", 60),
        ] as [(String?, Int)])
    func waitTimeout(timeout: String?, seconds: Int) {
        #expect(MockFly.waitSeconds(timeout) == seconds)
    }
}
