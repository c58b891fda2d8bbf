import Cryptography
import Foundation
import Vocabulary

/// Relays that want to know who we are (NIP-42).
extension RelayConnection {
    private static let accountLimit: Duration = .seconds(60)

    func asAccount() -> RelayConnection {
        if let account { return account }
        var environment = environment
        (environment.identity, environment.account) = (environment.account?.key, nil)
        // This connection tells already when the relay is up or down.
        let connection = RelayConnection(url, environment: environment) { [report] event in
            switch event {
            case .connected, .disconnected: break
            case .remark, .notice: report(event)
            }
        }
        account = connection
        return connection
    }

    func publishAsAccount(_ event: Event) {
        guard publishingAsAccount[event.id] == nil, !isStopped else { return }
        let connection = asAccount()
        publishingAsAccount[event.id] = Task {
            var answer: (Bool, String)?
            do {
                try await connection.publish(event, within: Self.accountLimit)
                answer = (true, "")
            } catch let error as RelayError {
                if case .rejected(let why) = error.reason { answer = (false, why) }
            } catch {}
            // Without an answer whoever waits for it has a limit of his own.
            if let answer {
                for waiting in (answers[event.id] ?? [:]).values { waiting.yield(answer) }
            }
            publishingAsAccount[event.id] = nil
        }
    }

    /// Answers a challenge (NIP-42).
    func authenticate(_ challenge: String) async {
        do {
            let key = try identity ?? Secp256k1SecretKey.random(from: environment.random)
            identity = key
            let event = try Rumor(
                author: key.publicKey, createdAt: Int64(Date().timeIntervalSince1970), kind: .authentication,
                tags: [Tag("relay", url.text), Tag("challenge", challenge)], content: ""
            ).signed(by: key, random: environment.random)
            await perform(state.authenticating(with: event))
        } catch { report(.remark(url, "cannot be answered who we are: \(error)")) }
    }
}
