import Foundation
import TestSupport
import Testing

@testable import Providers

/// Fly's published description, where it is at hand.
private enum FlyOpenAPI {
    static let path = Vectors.repositoryRoot.deletingLastPathComponent()
        .appendingPathComponent("shared/contracts/fly-openapi.json").path
    static var isAvailable: Bool { FileManager.default.fileExists(atPath: path) }

    static func schemas() throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let components = try #require(root["components"] as? [String: Any])
        return try #require(components["schemas"] as? [String: Any])
    }
}

@Suite(
    "Fly request bodies — fly-openapi.json",
    .enabled(if: FlyOpenAPI.isAvailable, "no ../shared/contracts/fly-openapi.json"))
struct FlyContractTests {
    /// Every member of `value` is a property of the schema, of a fitting type.
    private func check(_ value: Any, _ schema: [String: Any], _ schemas: [String: Any], _ path: String) {
        var schema = schema
        if let reference = schema["$ref"] as? String, let name = reference.split(separator: "/").last,
            let found = schemas[String(name)] as? [String: Any]
        {
            schema = found
        }
        if let parts = schema["allOf"] as? [[String: Any]], let first = parts.first {
            for part in parts.dropFirst() where part["properties"] != nil {
                check(value, part, schemas, path)
            }
            return check(value, first, schemas, path)
        }
        switch value {
        case let fields as [String: Any]:
            for name in schema["required"] as? [String] ?? [] {
                #expect(fields[name] != nil, "\(path) lacks \(name)")
            }
            if let properties = schema["properties"] as? [String: Any] {
                for (name, inner) in fields {
                    guard let property = properties[name] as? [String: Any] else {
                        Issue.record("\(path).\(name) is no property")
                        continue
                    }
                    check(inner, property, schemas, "\(path).\(name)")
                }
            } else {
                #expect(schema["additionalProperties"] != nil, "\(path) should be no object")
            }
        case let items as [Any]:
            #expect(schema["type"] as? String == "array", "\(path)")
            for item in items { check(item, schema["items"] as? [String: Any] ?? [:], schemas, "\(path)[]") }
        case is String: #expect(schema["type"] as? String == "string", "\(path)")
        default:
            #expect(["integer", "number", "boolean"].contains(schema["type"] as? String ?? ""), "\(path)")
        }
    }

    @Test("are valid")
    func bodies() throws {
        let schemas = try FlyOpenAPI.schemas()
        let encoder = JSONEncoder()
        let volume = try JSONSerialization.jsonObject(
            with: encoder.encode(FlyVolumeRequest(name: "agent_00112233", region: "iad", sizeGB: 1)))
        check(volume, try #require(schemas["CreateVolumeRequest"] as? [String: Any]), schemas, "volume")
        let machine = try JSONSerialization.jsonObject(
            with: encoder.encode(
                FlyMachineRequest(
                    name: "agent-00112233", region: "iad",
                    config: .init(
                        image: "i", env: ["A": "b"], mounts: [.init(volume: "vol_1", path: "/app/state")],
                        metadata: ["pika_agent": "00112233"]))))
        check(machine, try #require(schemas["CreateMachineRequest"] as? [String: Any]), schemas, "machine")
    }
}
