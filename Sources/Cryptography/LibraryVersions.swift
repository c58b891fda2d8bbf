import COpenSSL
import Foundation

/// What the system libraries call themselves, for `pikachat doctor`.
package enum LibraryVersions {
    package static var openSSL: String {
        OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "unknown"
    }

    /// For libraries that cannot be asked: the name of the loaded file, which has its version in it (`libedit.so.2.0.70`).
    package static func file(of library: String) -> String {
        // Unreadable on systems that hide it: then there is nothing to tell.
        let file = FileHandle(forReadingAtPath: "/proc/self/maps")
        let maps = String(decoding: file?.readDataToEndOfFile() ?? Data(), as: UTF8.self)
        let names = maps.split(separator: "\n").compactMap { $0.split(separator: "/").last }
        return names.first { $0.hasPrefix("\(library).so") }.map(String.init)
            ?? "\(library) (version unknown)"
    }
}
