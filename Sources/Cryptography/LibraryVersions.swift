import COpenSSL
import Foundation

/// The versions of the system libraries, for `pikachat doctor`.
package enum LibraryVersions {
    package static var openSSL: String {
        OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "unknown"
    }

    /// For libraries that do not report their version: the name of the loaded file, which contains it
    /// (`libedit.so.2.0.70`).
    package static func file(of library: String) -> String {
        // On systems where this file is unreadable, the version remains unknown.
        let file = FileHandle(forReadingAtPath: "/proc/self/maps")
        let maps = String(decoding: file?.readDataToEndOfFile() ?? Data(), as: UTF8.self)
        let names = maps.split(separator: "\n").compactMap { $0.split(separator: "/").last }
        return names.first { $0.hasPrefix("\(library).so") }.map(String.init)
            ?? "\(library) (version unknown)"
    }
}
