import AgentCore
import Cryptography

/// What turns a guest into an agent: a command, its environment and its files.
enum GuestAutostart {
    static let directory = "workspace/pika-agent"
    static let command = "bash /workspace/pika-agent/start-agent.sh"
    /// Variables that the guest receives, where set.
    static let forwardedVariables = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "PI_MODEL"]

    static func make(for request: ProvisionRequest, forwarding variables: [String: String]) throws
        -> CreateVMRequest.GuestAutostart
    {
        let own = [
            "PIKA_OWNER_PUBKEY": request.owner.hex,
            "PIKA_RELAY_URLS": request.relays.map(\.text).joined(separator: ","),
            "PIKA_BOT_PUBKEY": request.botKey.publicKey.hex,
        ]
        return CreateVMRequest.GuestAutostart(
            command: command, env: own.merging(variables) { own, _ in own },
            files: [
                "\(directory)/start-agent.sh": GuestFiles.startScript,
                "\(directory)/microvm-bridge.py": GuestFiles.bridge,
                "\(directory)/state/identity.json": Identity.json(for: request.botKey),
            ])
    }
}
