import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr
import Vocabulary

/// A file that is to be sent.
package struct OutgoingMedia: Sendable {
    package let bytes: [UInt8]
    package let type: MediaType
    package let filename: String

    /// Bytes of a file.
    package static let limitBytes = 32 << 20

    /// - Parameters:
    ///   - path: of the file.
    ///   - type: nil takes what the name suggests.
    ///   - filename: as receivers see it; nil takes the file's own.
    /// - Throws: `MessengerError` (file_error).
    package init(path: String, type: String? = nil, filename: String? = nil) throws(MessengerError) {
        func failed(_ why: String) -> MessengerError { MessengerError(.fileError, why) }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw failed("cannot read \(path.cut(to: 300)): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failed("\(path.cut(to: 300)) is no file") }
        guard status.st_size > 0 else { throw failed("media file is empty") }
        guard status.st_size <= Self.limitBytes else { throw failed("media too large (max 32 MB)") }
        let read: [UInt8]?
        do { read = try AtomicFile.read(path) } catch { throw failed("\(error)") }
        guard let read else { throw failed("cannot read \(path.cut(to: 300))") }
        let name = filename ?? path.split(separator: "/").last.map(String.init) ?? "file.bin"
        guard MediaAttachment.isUsable(filename: name) else {
            throw failed(
                "the name of the file is not usable: at most \(MediaAttachment.filenameLimitBytes) bytes, no folders"
            )
        }
        if let type {
            guard let known = MediaType(type) else {
                throw failed(
                    "receivers do not take files of type \(type.cut(to: 60)): send it as application/octet-stream"
                )
            }
            self.type = known
        } else {
            self.type = MediaType(filename: name)
        }
        (bytes, self.filename) = (read, name)
    }
}

/// Files in messages (MIP-04).
extension Messenger {
    /// What became of a file of ours.
    package struct SentMedia: Sendable {
        package let sent: Sent
        package let attachment: MediaAttachment
        package let server: String
        /// Of the ciphertext.
        package let blobHash: [UInt8]
        /// Bytes of the file as it was read.
        package let size: Int
    }

    /// How often a file is encrypted anew because the group changed while it was uploaded.
    private static let sealTries = 3

    private var blossom: BlossomClient {
        BlossomClient(
            http: http, now: environment.now,
            // A world of its own, as in tests: its files are here, too.
            reachesLoopback: environment.pool.relays.contains(where: \.isLoopback))
    }

    /// Encrypts a file, uploads it to the first server that takes it, and sends a message that names it.
    ///
    /// - Parameters:
    ///   - servers: none takes the default one.
    ///   - message: that this answers.
    /// - Throws: `MessengerError`: file_error, encrypt_error, upload_failed, publish_failed.
    package func send(
        _ media: OutgoingMedia, caption: String, servers: [String], to group: MarmotGroup,
        answering message: EventID? = nil
    ) async throws -> SentMedia {
        let picture = try PictureData(media.bytes, type: media.type)
        if picture.isRotated {
            environment.log.emit(
                .warning(
                    "\(media.filename): only what was taken out told how the camera was held; turn the picture first"
                ))
        }
        let session = try await session(of: group)
        let (desk, client) = (desk, client)
        for _ in 0..<Self.sealTries {
            let sealed: SealedMedia
            do {
                sealed = try await client.seal(
                    picture.bytes, type: media.type, filename: media.filename, for: group.id)
            } catch { throw MessengerError(.encryptError, Failure(error).message) }
            let (descriptor, server) = try await upload(sealed.blob, to: servers)
            let attachment = MediaAttachment(
                url: descriptor.url, type: media.type, filename: media.filename, hash: sealed.hash,
                nonce: sealed.nonce, size: picture.size)
            let sent: Sent?
            do {
                sent = try await session.oneAtATime { () -> Sent? in
                    // A file of an epoch that is over could not be read by everybody.
                    guard await client.group(group.id)?.mls.epoch == sealed.epoch else { return nil }
                    desk.attach([sealed.key], in: group.id)
                    desk.answer(message, in: group.id)
                    defer {
                        desk.attach([], in: group.id)
                        desk.answer(nil, in: group.id)
                    }
                    let said = try await session.say(caption, tags: [attachment.tag])
                    return Sent(event: said.event, message: said.message.id)
                }
            } catch { throw MessengerError(error, otherwise: .publishFailed) }
            guard let sent else { continue }
            if let message { await answered(message) }
            return SentMedia(
                sent: sent, attachment: attachment, server: server, blobHash: SHA256.hash(sealed.blob),
                size: media.bytes.count)
        }
        throw MessengerError(
            .encryptError, "the group changed each time while the file was uploaded: try again")
    }

    private func upload(_ blob: [UInt8], to servers: [String]) async throws -> (
        BlossomClient.Descriptor, String
    ) {
        var last = MessengerError(.uploadFailed, "no server was named")
        for server in servers.isEmpty ? [RelayDefaults.blossomServer] : servers {
            do {
                return (
                    try await blossom.upload(blob, type: MediaType.any.text, to: server, as: client), server
                )
            } catch let error as MessengerError { last = error }
        }
        throw MessengerError(.uploadFailed, "blossom upload failed: \(last.message)")
    }

    /// A picture for everybody to see: not encrypted.
    ///
    /// - Returns: where it is.
    /// - Throws: `MessengerError`: file_error, upload_failed.
    package func upload(picture: OutgoingMedia, to servers: [String]) async throws -> String {
        let data = try PictureData(picture.bytes, type: picture.type)
        var last = MessengerError(.uploadFailed, "no server was named")
        for server in servers.isEmpty ? [RelayDefaults.blossomServer] : servers {
            do {
                return try await blossom.upload(data.bytes, type: picture.type.text, to: server, as: client)
                    .url
            } catch let error as MessengerError { last = error }
        }
        throw last
    }

    /// The file that a message names, decrypted and checked.
    ///
    /// - Parameter keys: kept with the message; without any, those of the epochs that are still known are tried.
    /// - Throws: `MessengerError` (download_failed).
    package func download(_ attachment: MediaAttachment, in group: [UInt8], keys: [SecretBytes]) async throws
        -> [UInt8]
    {
        let blob = try await blossom.download(attachment.url)
        let known = keys.isEmpty ? try await client.mediaKeys(of: attachment, in: group) : keys
        guard let plaintext = MediaCipher.open(blob, as: attachment, with: known) else {
            throw MessengerError(
                .downloadFailed,
                "the file cannot be decrypted, or is another one than the message says: its epoch may be forgotten"
            )
        }
        return plaintext
    }

    /// A message with files, by its id, from any group.
    ///
    /// - Throws: `MessengerError` (not_found).
    package func media(of message: EventID) async throws -> (group: [UInt8], stored: StoredMessage) {
        let groups = await client.groups.map(\.id)
        guard let found = try desk.archive.message(message, in: groups) else {
            throw MessengerError(.notFound, "message \(message.hex) not found in any group")
        }
        guard !found.message.attachments.isEmpty else {
            throw MessengerError(.notFound, "message has no media attachments")
        }
        return (found.group, found.message)
    }
}
