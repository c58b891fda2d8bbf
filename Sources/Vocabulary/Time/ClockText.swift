import Foundation

/// Times of day in messages.
package enum ClockText {
    /// `12:00:41`, in the time zone of this machine.
    ///
    /// - Parameter time: milliseconds since 1970.
    package static func time(_ time: Int64) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "HH:mm:ss"
        return formatter.string(from: Date(timeIntervalSince1970: Double(time) / 1000))
    }
}
