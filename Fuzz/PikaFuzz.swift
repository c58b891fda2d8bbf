import Foundation

// PikaFuzz smoke                 runs each target on its seeds, its corpus and fixed mutations of both; for CI
// PikaFuzz list                  lists the targets
// PikaFuzz seeds DIRECTORY       writes the seeds and corpus of each target to DIRECTORY/TARGET/
// PikaFuzz keep DIRECTORY        replaces Fuzz/Corpus with a selection of the inputs in DIRECTORY/TARGET/
// To run under libFuzzer instead, use scripts/fuzz (LibFuzzer.swift).
#if !PIKA_LIBFUZZER
@main
#endif
enum PikaFuzz {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let targets = try Targets.all()
        switch arguments.first {
        case "smoke": try smoke(targets)
        case "list": for target in targets { print(target.name) }
        case "seeds":
            guard arguments.count == 2 else { fail("usage: PikaFuzz seeds DIRECTORY") }
            for target in targets {
                try Corpus.write(
                    target.seeds + Corpus.inputs(of: target.name), to: "\(arguments[1])/\(target.name)")
            }
        case "keep":
            guard arguments.count == 2 else { fail("usage: PikaFuzz keep DIRECTORY") }
            for target in targets { try Corpus.keep("\(arguments[1])/\(target.name)", as: target.name) }
        default: fail("usage: PikaFuzz smoke | list | seeds DIRECTORY | keep DIRECTORY")
        }
    }

    private static func smoke(_ targets: [FuzzTarget]) throws {
        var inputs = 0
        for target in targets {
            var mutator = Mutator(seed: 1)
            let known = try target.seeds + Corpus.inputs(of: target.name)
            for bytes in known { target.run(bytes) }
            for _ in 0..<1500 { target.run(mutator.mutated(known[mutator.below(known.count)])) }
            inputs += known.count + 1500
        }
        print("fuzz smoke: \(targets.count) targets, \(inputs) inputs, no crash")
    }

    private static func fail(_ text: String) -> Never {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        exit(2)
    }
}
