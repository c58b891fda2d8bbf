import CSecp256k1

/// The process-wide libsecp256k1 context, randomized once for blinding.
///
/// `@unchecked Sendable` because after randomization the context is only read, which the library documents as
/// thread-safe.
final class Secp256k1Context: @unchecked Sendable {
    static let shared = Secp256k1Context()

    let pointer: OpaquePointer

    private init() {
        guard let pointer = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
            fatalError("libsecp256k1 could not allocate its context")
        }
        self.pointer = pointer
        // Without a seed the library works as well, only without blinding against side channels.
        if let seed = try? SystemRandom().bytes(32) { _ = secp256k1_context_randomize(pointer, seed) }
    }
}
