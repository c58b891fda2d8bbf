import COpenSSL

/// Key material. It is immutable, compared in constant time, overwritten when the last reference is released,
/// and never printed.
package struct SecretBytes: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// `@unchecked Sendable`: the buffer is written once, before `init` returns.
    private final class Storage: @unchecked Sendable {
        let buffer: UnsafeMutableRawBufferPointer

        init(count: Int) {
            buffer = .allocate(byteCount: count, alignment: 16)
            if let base = buffer.baseAddress {
                base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
            }
        }

        deinit {
            if let base = buffer.baseAddress { OPENSSL_cleanse(base, buffer.count) }
            buffer.deallocate()
        }
    }

    private let storage: Storage

    /// Length in bytes.
    package var count: Int { storage.buffer.count }

    /// Creates a secret of `count` bytes, which `fill` writes in place. The buffer is initially zero.
    package init<Failure: Error>(
        count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        storage = Storage(count: count)
        try fill(storage.buffer)
    }

    /// Copies `bytes`. The caller's copy is not wiped.
    package init(_ bytes: some Collection<UInt8>) {
        storage = Storage(count: bytes.count)
        storage.buffer.copyBytes(from: bytes)
    }

    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage.buffer))
    }

    /// An unprotected copy, for secrets that have to leave this type (for files, the wire, or concatenation).
    /// The name is meant to make its uses stand out.
    package func exposed() -> [UInt8] { [UInt8](storage.buffer) }

    package static func == (a: SecretBytes, b: SecretBytes) -> Bool {
        guard a.count == b.count else { return false }
        if a.count == 0 { return true }
        return CRYPTO_memcmp(a.storage.buffer.baseAddress, b.storage.buffer.baseAddress, a.count) == 0
    }

    package var description: String { "‹redacted›" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
