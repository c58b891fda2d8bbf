import Cryptography
import Foundation

/// Inputs with which libFuzzer reached new code, in Fuzz/Corpus/TARGET.hex with one input per line.
enum Corpus {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus").path
    /// Maximum number of inputs kept per target, and the maximum length of each.
    private static let limit = 40
    private static let limitBytes = 2048

    private struct Damaged: Error, CustomStringConvertible { let description: String }

    static func inputs(of target: String) throws -> [[UInt8]] {
        let path = "\(directory)/\(target).hex"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            guard let bytes = Hex.decode(String(line)) else {
                throw Damaged(description: "\(path) is not hexadecimal")
            }
            return bytes
        }
    }

    /// Writes each input to a separate file, as libFuzzer requires.
    static func write(_ inputs: [[UInt8]], to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (number, bytes) in inputs.enumerated() {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/seed-\(number)"))
        }
    }

    /// Replaces the corpus of a target with a selection of the inputs in a merged folder.
    static func keep(_ folder: String, as target: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let inputs = try names.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) }
            .filter { !$0.isEmpty && $0.count <= limitBytes }
            .sorted { ($0.count, Hex.encode($0)) < ($1.count, Hex.encode($1)) }
        // Select from all lengths, so that inputs that reach deep into the code are included.
        let step = max(1, inputs.count / limit)
        let kept = stride(from: 0, to: inputs.count, by: step).prefix(limit).map { Hex.encode(inputs[$0]) }
        try (kept.joined(separator: "\n") + "\n").write(
            toFile: "\(directory)/\(target).hex", atomically: true, encoding: .utf8)
    }
}
