#if PIKA_LIBFUZZER
import Foundation

/// The entry point that libFuzzer's own `main` calls. A process runs a single target, which PIKA_FUZZ_TARGET
/// selects.
private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["PIKA_FUZZ_TARGET"] ?? ""
    do {
        guard let found = try Targets.all().first(where: { $0.name == name }) else {
            fatalError("PIKA_FUZZ_TARGET is not the name of a target: \(name)")
        }
        return found
    } catch { fatalError("the targets cannot be created: \(error)") }
}()

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    target.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
#endif
