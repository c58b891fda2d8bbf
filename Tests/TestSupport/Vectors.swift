import Foundation

/// The published test vectors of `$PIKA_VECTORS` (default: ../shared/vectors beside the repository).
package enum Vectors {
    package static let repositoryRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    package static var directory: URL {
        if let path = ProcessInfo.processInfo.environment["PIKA_VECTORS"], !path.isEmpty {
            return URL(fileURLWithPath: path)
        }
        return repositoryRoot.deletingLastPathComponent().appendingPathComponent("shared/vectors")
    }

    /// Whether the vectors are there; suites that need them are skipped, and say so, when not.
    package static var areAvailable: Bool {
        FileManager.default.fileExists(atPath: directory.appendingPathComponent("mls").path)
    }

    package static let skipComment = "no vectors at $PIKA_VECTORS or ../shared/vectors"

    package static func data(_ path: String) throws -> Data {
        try Data(contentsOf: directory.appendingPathComponent(path))
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data(path))
    }
}
