// swift-tools-version: 6.2
import PackageDescription

// Targets and arrows only. What each layer is for, and who may import whom: docs/architecture.md.
// Tests/RepositoryTests/LayerTests.swift compares this file, the table there and every import.

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
        .executable(name: "pikachat", targets: ["pikachat"]),
        .library(name: "PikaShell", targets: ["PikaShell"]),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
        .systemLibrary(name: "CLibedit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),

        layer("Vocabulary", []),
        layer("Cryptography", ["COpenSSL", "CSecp256k1"]),
        layer("MLS", ["Cryptography"]),
        layer("Nostr", ["Cryptography", "Vocabulary"]),
        layer("Marmot", ["MLS", "Nostr", "Cryptography"]),
        layer("AgentCore", ["Marmot", "MLS", "Nostr", "Cryptography", "Vocabulary"]),
        layer("Providers", ["AgentCore", "Nostr", "Cryptography", "Vocabulary", "CCurl"]),
        .target(name: "CProcess"),
        // Loads libcurl when it is needed; to build it takes libcurl4-openssl-dev.
        .target(name: "CCurl"),
        layer("Processes", ["Vocabulary", "CProcess"]),
        layer("Scripting", ["Processes", "Vocabulary"]),
        layer("AgentCommands", ["Scripting", "AgentCore", "Marmot", "Nostr", "Vocabulary"]),
        layer(
            "Messenger",
            ["Providers", "AgentCore", "Processes", "Marmot", "Nostr", "Cryptography", "Vocabulary"]),
        layer("PikaShell", ["Scripting", "Vocabulary", "CLibedit"]),
        layer(
            "Mocks",
            ["AgentCore", "Providers", "Processes", "Marmot", "Nostr", "Cryptography", "Vocabulary"]),
        .executableTarget(
            name: "pikachat",
            dependencies: [
                "PikaShell", "AgentCommands", "Messenger", "Scripting", "Providers", "AgentCore", "Mocks",
                "Marmot", "Nostr", "Cryptography", "Vocabulary",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "PikaFuzz",
            dependencies: [
                "AgentCommands", "Messenger", "Scripting", "Providers", "AgentCore", "Mocks", "Marmot", "MLS",
                "Nostr", "Cryptography", "Vocabulary",
            ],
            path: "Fuzz", exclude: ["Corpus"], swiftSettings: settings),
        .executableTarget(
            name: "pika-bench", dependencies: ["Marmot", "MLS", "Nostr", "Cryptography"], path: "Bench",
            swiftSettings: settings),

        .target(
            name: "TestSupport", dependencies: ["Cryptography", "Vocabulary"], path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "AgentFakes", dependencies: ["AgentCore", "Cryptography", "Nostr", "Vocabulary"],
            path: "Tests/AgentFakes", swiftSettings: settings),
        tests("VocabularyTests", ["Vocabulary"]),
        tests("CryptographyTests", ["Cryptography"], exclude: ["Keys/bip340.csv"]),
        tests("MLSTests", ["MLS", "Cryptography"]),
        tests("NostrTests", ["Nostr", "Cryptography", "Mocks", "Vocabulary"]),
        tests("MarmotTests", ["Marmot", "MLS", "Nostr", "Cryptography", "Vocabulary"]),
        tests(
            "AgentCoreTests",
            ["AgentCore", "AgentFakes", "Marmot", "MLS", "Nostr", "Mocks", "Cryptography", "Vocabulary"]),
        tests(
            "AgentCommandsTests",
            [
                "AgentCommands", "AgentCore", "AgentFakes", "Scripting", "Mocks", "Marmot", "Nostr",
                "Cryptography", "Vocabulary",
            ]),
        tests("ProvidersTests", ["Providers", "AgentCore", "Mocks", "Cryptography", "Nostr", "Vocabulary"]),
        tests("ProcessesTests", ["Processes", "Vocabulary"]),
        tests("ScriptingTests", ["Scripting", "Vocabulary"]),
        tests(
            "MessengerTests",
            [
                "Messenger", "Providers", "AgentCore", "Mocks", "Marmot", "Nostr", "Processes",
                "Cryptography",
                "Vocabulary",
            ]),
        tests("MocksTests", ["Mocks", "Providers", "Marmot", "Nostr", "Cryptography", "Vocabulary"]),
        tests("PikaShellTests", ["PikaShell", "Scripting", "Vocabulary"]),
        tests(
            "pikachatTests",
            [
                "pikachat", "PikaShell", "AgentCommands", "Scripting", "Nostr", "Marmot", "Cryptography",
                "Mocks",
                "AgentCore", "Providers", "Vocabulary",
            ]),
        tests("RepositoryTests", []),
    ]
)
