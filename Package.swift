// swift-tools-version: 6.2
import PackageDescription

// Targets and arrows only. What each layer is for, and who may import whom: docs/architecture.md.
// Tests/RepositoryTests/TidyTests.swift holds the same table and greps every import against it.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

func layer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "pikachat",
    products: [
        .executable(name: "pikachat", targets: ["PikaShell"])
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
        .systemLibrary(name: "CLibedit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),

        layer("Cryptography", ["COpenSSL", "CSecp256k1"]),
        layer("MLS", ["Cryptography"]),
        layer("Nostr", ["Cryptography"]),
        layer("Marmot", ["MLS", "Nostr", "Cryptography"]),
        layer("AgentCore", ["Marmot", "Nostr", "Cryptography"]),
        layer("Providers", ["AgentCore"]),
        layer("Scripting", ["AgentCore"]),
        layer("Mocks", ["AgentCore", "Providers", "Marmot", "Nostr", "Cryptography"]),
        .executableTarget(
            name: "PikaShell",
            dependencies: [
                "Scripting", "Providers", "AgentCore", "Marmot", "Nostr", "Cryptography", "Mocks", "CLibedit",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "PikaFuzz",
            dependencies: [
                "Scripting", "Providers", "AgentCore", "Mocks", "Marmot", "MLS", "Nostr", "Cryptography",
            ],
            path: "Fuzz", exclude: ["Corpus"], swiftSettings: settings),
        .executableTarget(
            name: "pika-bench", dependencies: ["Marmot", "MLS", "Nostr", "Cryptography"], path: "Bench",
            swiftSettings: settings),

        .target(
            name: "TestSupport", dependencies: ["Cryptography"], path: "Tests/TestSupport",
            swiftSettings: settings),
        tests("CryptographyTests", ["Cryptography"], exclude: ["Keys/bip340.csv"]),
        tests("MLSTests", ["MLS", "Cryptography"]),
        tests("NostrTests", ["Nostr", "Cryptography", "Mocks"]),
        tests("MarmotTests", ["Marmot", "MLS", "Nostr", "Cryptography"]),
        tests("AgentCoreTests", ["AgentCore", "Marmot", "Nostr", "Mocks", "Cryptography"]),
        tests("ProvidersTests", ["Providers", "AgentCore", "Mocks", "Cryptography", "Nostr"]),
        tests("ScriptingTests", ["Scripting", "AgentCore"]),
        tests("MocksTests", ["Mocks", "Providers", "Nostr", "Cryptography"]),
        tests(
            "PikaShellTests",
            ["PikaShell", "CLibedit", "Nostr", "Marmot", "Cryptography", "Mocks", "AgentCore", "Providers"]),
        tests("RepositoryTests", []),
    ]
)
