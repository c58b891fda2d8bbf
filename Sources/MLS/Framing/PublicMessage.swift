import Cryptography

/// A signed but unencrypted message (§6.2).
package struct PublicMessage: Equatable, Sendable, TLSCodable {
    package var content: FramedContent
    package var auth: FramedContentAuthData
    /// Present if and only if the sender is a member.
    package var membershipTag: [UInt8]?

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        content = try FramedContent(from: &reader)
        auth = try FramedContentAuthData(content.content.type, from: &reader)
        if case .member = content.sender { membershipTag = try reader.opaque() }
    }

    package func encode(to writer: inout TLSWriter) {
        content.encode(to: &writer)
        auth.encode(to: &writer)
        if let membershipTag { writer.opaque(membershipTag) }
    }

    /// Frames signed content. A member's message also gets a tag that only members of the group can compute.
    package init(
        protecting authenticated: AuthenticatedContent, membershipKey: SecretBytes, context: GroupContext
    ) {
        content = authenticated.content
        auth = authenticated.auth
        if case .member = content.sender {
            membershipTag = Self.tag(authenticated, membershipKey, context)
        }
    }

    package var authenticatedContent: AuthenticatedContent {
        AuthenticatedContent(wireFormat: .publicMessage, content: content, auth: auth)
    }

    /// Checks the membership tag and rejects application data (§6.2).
    package func unprotected(membershipKey: SecretBytes, context: GroupContext) throws -> AuthenticatedContent
    {
        try require(
            content.content.type != .application, "CHK-FRAMING-01", "6.2",
            "application data was sent in a PublicMessage")
        let authenticated = authenticatedContent
        if case .member = content.sender {
            try require(
                ConstantTimeEquality.areEqual(
                    membershipTag ?? [], Self.tag(authenticated, membershipKey, context)),
                "CHK-FRAMING-02", "6.2", "the membership tag is wrong")
        }
        return authenticated
    }

    private static func tag(
        _ authenticated: AuthenticatedContent, _ membershipKey: SecretBytes, _ context: GroupContext
    ) -> [UInt8] {
        let toBeMACed =
            authenticated.toBeSigned(context) + TLSWriter.bytes { authenticated.auth.encode(to: &$0) }
        return HMACSHA256.authenticationCode(for: toBeMACed, key: membershipKey)
    }
}
