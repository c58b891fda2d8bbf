import Cryptography
import Foundation
import Nostr

/// A secret that can be recognised again by parts of it, however it is written.
struct Canary: Sendable {
    let name: String
    let value: String
    /// Plain letters and digits near its beginning and its end.
    private let marks: [String]

    init(_ name: String, head: String, middle: String = "", tail: String) {
        self.name = name
        value = head + middle + tail
        marks = [head, tail]
    }

    /// A key of one form or the other.
    init(_ name: String, key: String) {
        self.init(
            name, head: String(key.prefix(20)), middle: String(key.dropFirst(20).dropLast(20)),
            tail: String(key.suffix(20)))
    }

    /// What of it is in a text: as it is, percent-encoded, in base64, broken over lines.
    ///
    /// - Parameter forms: of the text, see `forms(of:)`.
    func traces(in forms: [Data]) -> [String] {
        needles.filter { needle in forms.contains { $0.range(of: Data(needle.utf8)) != nil } }
    }

    /// A text as it is searched: in lower case, without percent-encoding, and without white space.
    static func forms(of text: String) -> [Data] {
        var forms = [text.lowercased()]
        if text.contains("%") { forms.append(percentDecoded(percentDecoded(forms[0])).lowercased()) }
        let joined = forms.map { form in
            var bytes = Array(form.utf8)
            for end in ["\\r", "\\n", "␊", "␍"] { bytes.replace(Array(end.utf8), with: []) }
            return Data(bytes.filter { $0 > 0x20 })
        }
        return forms.map { Data($0.utf8) } + joined
    }

    private var needles: [String] {
        // Eight characters are too many: the beginnings that a cut leaves.
        marks.flatMap { mark -> [String] in
            let piece = mark.hasPrefix(value.prefix(4)) ? String(mark.prefix(8)) : String(mark.suffix(8))
            return [piece.lowercased()] + Self.base64(of: mark).map { $0.lowercased() }
        }
    }

    /// The part of its base64 that does not depend on what stands beside it, at each offset.
    private static func base64(of mark: String) -> [String] {
        let bytes = Array(mark.utf8)
        return (0..<3).map { offset in
            let text = Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedString()
            let complete = (offset + bytes.count) / 3 * 4
            return String(text.prefix(complete).dropFirst(4))
        }
    }

    private static func percentDecoded(_ text: String) -> String {
        var result: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%"), bytes.count >= 2,
                let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                bytes = bytes.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// One secret for every way in.
enum Canaries {
    static let flyToken = Canary(
        "FLY_API_TOKEN", head: "FmTwoQuebec77", middle: "/+=_\"%'&<x>\\", tail: "TokenZebra41end")
    static let workersToken = Canary(
        "PIKA_WORKERS_API_TOKEN", head: "WorkLima83tok", middle: "~.-", tail: "YankeeEnd59wt")
    static let anthropic = Canary(
        "ANTHROPIC_API_KEY", head: "skAntNovember19", middle: "-_é\"{}", tail: "Oscar62lastAk")
    static let openAI = Canary(
        "OPENAI_API_KEY", head: "skOpenPapa33key", middle: " two  words ü\\", tail: "Romeo88lastOk")
    static let input = Canary(
        "env SECRET", head: "InputSierra52val", middle: " \"quoted\" $pa;ss| ñ/", tail: "Tango17lastIn")

    static let identityKey: Secp256k1SecretKey? = try? KeyText.secretKey(
        "8f3a6d0c1be2479555aa90c7d81e42f6b7093c5ad2e8416f9b20c4d7e3a5f186")
    static let identity = Canary(
        "identity", key: "8f3a6d0c1be2479555aa90c7d81e42f6b7093c5ad2e8416f9b20c4d7e3a5f186")
    static let nsec = Canary("nsec", key: identityKey.map { KeyText.nsec($0) } ?? "")

    static let environment = [flyToken, workersToken, anthropic, openAI]
    /// What a process knows as soon as it has opened its state directory.
    static let ofProcess = environment + [identity, nsec]
    static let all = environment + [input, identity, nsec]

    static var variables: [String: String] {
        Dictionary(uniqueKeysWithValues: environment.map { ($0.name, $0.value) })
    }
}
