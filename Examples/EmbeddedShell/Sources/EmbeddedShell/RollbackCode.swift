import PikaShell

extension FailureCode {
    /// A version was taken back because it did not pass its checks. Trying again does not help.
    static let rollback = FailureCode("rollback", exitStatus: 9)
}
