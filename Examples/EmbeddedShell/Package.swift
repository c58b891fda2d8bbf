// swift-tools-version: 6.2
import PackageDescription

// Programs of their own: all that they have from pikachat is the product PikaShell. Explained in docs/embedding.md.

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
let shell = Target.Dependency.product(name: "PikaShell", package: "pikachat")

let package = Package(
    name: "EmbeddedShell",
    dependencies: [.package(name: "pikachat", path: "../..")],
    targets: [
        // A page of code: the program that docs/embedding.md begins with.
        .executableTarget(name: "MinimalShell", dependencies: [shell], swiftSettings: settings),
        // Everything: own host, events, failure code, subject of expect, signals.
        .executableTarget(name: "EmbeddedShell", dependencies: [shell], swiftSettings: settings),
    ]
)
