/// The message that starts a new epoch (§12.4).
package struct Commit: Equatable, Sendable, TLSCodable {
    package var proposals: [ProposalOrRef]
    package var path: UpdatePath?

    package init(proposals: [ProposalOrRef], path: UpdatePath?) {
        self.proposals = proposals
        self.path = path
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        proposals = try reader.vector(of: ProposalOrRef.self)
        path = try reader.optional(of: UpdatePath.self)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.vector(proposals)
        writer.optional(path)
    }
}
