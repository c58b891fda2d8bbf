import PikaShell

/// `expect release contains 1.4`: waits for a version to be live.
struct ReleaseSubject: ExpectSubject {
    let deployments: Deployments

    let name = "release"
    let results = Release.results
    let examples = ["expect release contains 1.4 within=20s"]

    func expect(_ test: TextTest, within limit: Duration, from origin: ExpectedFrom, in script: Interpreter)
        async throws -> [String: EventValue]
    {
        let releases = await deployments.releases(fromStart: origin.isFromStart)
        let found = try await withDeadline(limit, clock: script.host.clock) {
            for await release in releases {
                if try await test.accepts(release.version) { return release }
            }
            throw CancellationError()
        }
        await deployments.markSeen()
        return found.fields
    }

    func expectNone(for limit: Duration, from origin: ExpectedFrom, in script: Interpreter) async throws {
        let releases = await deployments.releases(fromStart: origin.isFromStart)
        do {
            let release = try await withDeadline(limit, clock: script.host.clock) {
                for await release in releases { return release }
                throw CancellationError()
            }
            throw Failure(.mismatch, "\(release.version) went live")
        } catch is DeadlineExceeded {
            return
        }
    }
}
