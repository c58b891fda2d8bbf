import Cryptography
import Foundation
import Marmot
import Nostr

func print(_ items: Any...) { FileHandle.standardError.write(Data((items.map { "\($0)" }.joined(separator: " ") + "\n").utf8)) }
let relay = try RelayURL(CommandLine.arguments[1])
let peer = try KeyText.publicKey(CommandLine.arguments[2])
let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
let pool = RelayPool([relay], environment: RelayEnvironment()) { print("relay:", $0) }
await pool.start()
let client = try MarmotClient(key: .random(from: SystemRandom()), store: NoAccountStore(), random: SystemRandom(), now: now)
let events = try await pool.fetch([Filter(authors: [peer], kinds: [.keyPackage, .keyPackageLegacy])], within: .seconds(5))
let (found, why) = KeyPackageEvent.newestValid(among: events, of: peer, now: now())
print(events.count, why, found?.event.kind as Any, found?.dialect as Any)
let (group, welcomes) = try await client.createGroup(inviting: [found!], name: "Agent Chat", description: "", relays: [relay], admins: [client.publicKey, peer])
let sub = await pool.subscribe([group.filter(since: nil)])
for w in welcomes { print("welcome ok", try await pool.publish(w.wrap, within: .seconds(5))) }
Task {
    for i in 0..<10 {
        let (e, _) = try await client.encrypt("hello \(i)", in: group.id)
        try await pool.publish(e, within: .seconds(5))
        try await Task.sleep(for: .milliseconds(150))
    }
}
var n = 0
for await d in sub.deliveries {
    if case .event(let e, _) = d {
        for r in try await client.receive(e) {
            switch r.result {
            case .success(.message(let rumor, _)): print("got", rumor.content); n += 1
            case .success(.duplicate): break
            default: print(r.result)
            }
        }
        if n == 10 { exit(0) }
    }
}
