/// Whether files must survive the machine's sudden end.
package enum Durability: Sendable {
    /// Every change is on disk before the next step begins.
    case onDisk
    /// The directory goes with the run, as that of the mock world does: waiting for the disk would be for nothing.
    case none
}
