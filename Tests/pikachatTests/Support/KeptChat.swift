import Mocks
import TestSupport
import Testing

/// A mock world in which one chat was held and its VM kept.
enum KeptChat {
    static func with(
        _ state: TemporaryDirectory,
        _ body: (MockWorld, ([String]) async throws -> Pikachat.Result) async throws -> Void
    ) async throws {
        let world = try MockWorld(relays: nil, directory: state.path)
        await world.start()
        let environment = ["PIKA_MICROVM_SPAWNER_URL": world.microVM.url]
        let run: ([String]) async throws -> Pikachat.Result = { arguments in
            try await Pikachat.run(
                arguments + ["--relay", world.relay.url.text], environment: environment, state: state)
        }
        do {
            let chat = try await run(["agent", "new", "--provider", "microvm", "--keep"])
            #expect(chat.status == 0, "\(chat.error)")
            try await body(world, run)
        } catch {
            await world.stop()
            throw error
        }
        await world.stop()
    }
}
