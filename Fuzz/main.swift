import Foundation

// PikaFuzz smoke            every target, mutated seeds, a fixed generator: for CI
// PikaFuzz TARGET [ROUNDS]  one target, for longer, with a fresh seed
// PikaFuzz list

let arguments = Array(CommandLine.arguments.dropFirst())
let targets = try Targets.all()

func run(_ target: FuzzTarget, rounds: Int, seed: UInt64) {
    var mutator = Mutator(seed: seed)
    for bytes in target.seeds { target.run(bytes) }
    for _ in 0..<rounds { target.run(mutator.mutated(target.seeds[mutator.below(target.seeds.count)])) }
}

switch arguments.first {
case "smoke":
    for target in targets { run(target, rounds: 1500, seed: 1) }
    print("fuzz smoke: \(targets.count) targets, 1500 inputs each, no crash")
case "list": for target in targets { print(target.name) }
case let name?:
    guard let target = targets.first(where: { $0.name == name }) else {
        FileHandle.standardError.write(
            Data("there is no target \(name); known: \(targets.map(\.name).joined(separator: " "))\n".utf8))
        exit(2)
    }
    let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
    let seed = UInt64.random(in: 0...UInt64.max)
    print("\(name): \(rounds) inputs, seed \(seed)")
    run(target, rounds: rounds, seed: seed)
default:
    FileHandle.standardError.write(Data("usage: PikaFuzz smoke | list | TARGET [ROUNDS]\n".utf8))
    exit(2)
}
