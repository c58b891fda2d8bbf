// swift-tools-version: 6.2
import PackageDescription

// A program of its own: all that it has from pikachat is the product PikaShell. Explained in docs/embedding.md.

let package = Package(
    name: "EmbeddedShell",
    dependencies: [.package(name: "pikachat", path: "../..")],
    targets: [
        .executableTarget(
            name: "EmbeddedShell", dependencies: [.product(name: "PikaShell", package: "pikachat")],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
    ]
)
