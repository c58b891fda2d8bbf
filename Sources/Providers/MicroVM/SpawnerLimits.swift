import Vocabulary

/// What vm-spawner makes of a request that asks for more, or less, than it gives (contracts/providers.md).
enum SpawnerLimits {
    private static let seconds = 60...86_400
    private static let cpus = 1...16
    private static let megabytes = 512...65_536

    static func lifetime(_ asked: Int) -> Int { min(max(asked, seconds.lowerBound), seconds.upperBound) }

    /// What the user should know before the VM is there: the spawner changes these without a word.
    static func remarks(cpu: Int, memoryMB: Int) -> [String] {
        var remarks: [String] = []
        if !cpus.contains(cpu) {
            remarks.append(
                "a vm-spawner gives at most \(cpus.upperBound) CPUs: the VM may get fewer than \(cpu)")
        }
        if memoryMB < megabytes.lowerBound {
            remarks.append(
                "a vm-spawner gives at least \(megabytes.lowerBound) MiB: the VM may get more than \(memoryMB)"
            )
        } else if memoryMB > megabytes.upperBound {
            remarks.append(
                "a vm-spawner gives at most \(megabytes.upperBound) MiB: the VM may get less than \(memoryMB)"
            )
        }
        return remarks
    }
}
