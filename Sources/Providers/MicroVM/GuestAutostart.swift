import AgentCore
import Cryptography
import Foundation

/// What a guest needs to become an agent: command, environment, files.
enum GuestAutostart {
    static let directory = "workspace/pika-agent"
    static let command = "bash /workspace/pika-agent/start-agent.sh"
    /// Passed on to the guest where set.
    static let forwardedVariables = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "PI_MODEL"]

    static func make(
        for request: ProvisionRequest, variables: [String: String]
    ) throws -> CreateVMRequest.GuestAutostart {
        var environment = [
            "PIKA_OWNER_PUBKEY": request.owner.hex,
            "PIKA_RELAY_URLS": request.relays.map(\.text).joined(separator: ","),
            "PIKA_BOT_PUBKEY": request.botKey.publicKey.hex,
        ]
        for name in forwardedVariables {
            if let value = variables[name], !value.allSatisfy(\.isWhitespace) { environment[name] = value }
        }
        return CreateVMRequest.GuestAutostart(
            command: command, env: environment,
            files: [
                "\(directory)/start-agent.sh": GuestFiles.startScript,
                "\(directory)/microvm-bridge.py": GuestFiles.bridge,
                "\(directory)/state/identity.json": Identity.json(for: request.botKey),
            ])
    }
}
