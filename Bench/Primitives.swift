import Cryptography
import Foundation
import MLS

/// What groups are made of, one at a time on one processor, beside what `openssl speed -seconds 3 ecdhx25519 ed25519` says of this machine: a
/// seal takes two X25519 operations.
struct Primitives {
    private let random = SystemRandom()
    private let seconds = 2.0

    func run() throws -> Figures {
        var figures = Figures()
        let receiver = try X25519Key(privateKey: random.secret(32)).publicKey
        let sealing = HPKE.Sealing(info: [UInt8](repeating: 1, count: 200))
        let secret = try random.bytes(32)
        figures.set(
            "seals_per_s",
            try rate { _ = try sealing.seal(secret, to: receiver, ephemeralKey: random.secret(32)) })
        let key = try X25519Key(privateKey: random.secret(32))
        figures.set("x25519_per_s", try rate { _ = try key.sharedSecret(with: receiver) })
        let signer = try SignaturePrivateKey(random.secret(32))
        figures.set(
            "signatures_per_s", try rate { _ = try LabeledSignature.sign(secret, label: "x", with: signer) })
        return figures
    }

    private func rate(_ body: () throws -> Void) throws -> Double {
        let start = ContinuousClock.now
        var count = 0.0
        while (ContinuousClock.now - start) / .seconds(1) < seconds {
            for _ in 0..<100 { try body() }
            count += 100
        }
        return count / ((ContinuousClock.now - start) / .seconds(1))
    }
}
