import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Message encodings — RFC 9420", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
struct MessagesTests {
    private func check<Value: TLSCodable>(_ type: Value.Type, _ hex: HexBytes?, _ name: String) throws {
        let bytes = try #require(hex?.bytes, "\(name) is missing")
        #expect(try Value(decoding: bytes).encoded == bytes, "\(name)")
        // Forged: every prefix is refused, and so is one byte more.
        #expect(throws: TLSDecodingError.self) { try Value(decoding: Array(bytes.dropLast())) }
        #expect(throws: TLSDecodingError.self) { try Value(decoding: bytes + [0]) }
    }

    /// A proposal vector holds the proposal without its type.
    private func checkProposal(_ type: ProposalType, _ hex: HexBytes?, _ name: String) throws {
        let body = try #require(hex?.bytes, "\(name) is missing")
        let bytes = TLSWriter.bytes { $0.code(type) } + body
        #expect(try Proposal(decoding: bytes).encoded == bytes, "\(name)")
    }

    @Test("messages.json: decoding and encoding again changes nothing")
    func roundTrips() throws {
        for vector in try Vectors.decode([[String: HexBytes]].self, from: "mls/messages.json") {
            // Keys of dictionaries are not converted from snake case.
            for name in [
                "mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
                "public_message_proposal", "public_message_commit", "private_message",
            ] {
                try check(MLSMessage.self, vector[name], name)
            }
            try check(RatchetTree.self, vector["ratchet_tree"], "ratchet_tree")
            try check(GroupSecrets.self, vector["group_secrets"], "group_secrets")
            try check(Commit.self, vector["commit"], "commit")
            try checkProposal(.add, vector["add_proposal"], "add_proposal")
            try checkProposal(.update, vector["update_proposal"], "update_proposal")
            try checkProposal(.remove, vector["remove_proposal"], "remove_proposal")
            try checkProposal(.preSharedKey, vector["pre_shared_key_proposal"], "pre_shared_key_proposal")
            try checkProposal(.reInit, vector["re_init_proposal"], "re_init_proposal")
            try checkProposal(.externalInit, vector["external_init_proposal"], "external_init_proposal")
            try checkProposal(
                .groupContextExtensions, vector["group_context_extensions_proposal"],
                "group_context_extensions")
        }
    }
}
