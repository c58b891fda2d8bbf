import Cryptography
import Foundation
import MLS
import Marmot
import Nostr

// pika-bench [--messages N] [MEMBERS…]
//     Measures the speed of our Marmot client and prints one line of JSON, to be compared with that of
//     shared/peer/mdk-bench. Meaningful only in release builds: swift run -c release pika-bench
// pika-bench primitives
//     The operations that groups are made of, each as often as it goes in two seconds.
// pika-bench crash [ROUNDS]
//     Kills a client that sends messages ROUNDS times, then one that joins groups, and checks that nothing is
//     lost or used twice.

if ["crash-talker", "crash-joiner"].contains(CommandLine.arguments.dropFirst().first),
    CommandLine.arguments.count == 4
{
    let (directory, detail) = (CommandLine.arguments[2], CommandLine.arguments[3])
    do {
        if CommandLine.arguments[1] == "crash-talker" {
            try await CrashTest.talk(directory, detail)
        } else {
            try await JoinCrashTest.join(directory, isLast: detail == "once")
        }
        exit(0)
    } catch {
        print("\(error)")
        exit(1)
    }
}
if CommandLine.arguments.dropFirst().first == "primitives" {
    do {
        print(try Primitives().run().json)
        exit(0)
    } catch {
        FileHandle.standardError.write(Data("pika-bench primitives: \(error)\n".utf8))
        exit(1)
    }
}
if CommandLine.arguments.dropFirst().first == "crash" {
    do {
        let rounds = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 300
        print(try await CrashTest(rounds: rounds).run().json)
        print(try await JoinCrashTest(rounds: rounds).run().json)
        exit(0)
    } catch {
        FileHandle.standardError.write(Data("pika-bench crash: \(error)\n".utf8))
        exit(1)
    }
}
var messages = 500
var sizes: [Int] = []
var arguments = CommandLine.arguments.dropFirst()
while let word = arguments.popFirst() {
    if word == "--messages", let number = arguments.popFirst().flatMap({ Int($0) }), number > 0 {
        messages = number
    } else if let number = Int(word), number > 0 {
        sizes.append(number)
    } else {
        FileHandle.standardError.write(
            Data("usage: pika-bench [--messages N] [MEMBERS…] | primitives | crash [ROUNDS]\n".utf8))
        exit(2)
    }
}
do {
    let figures = try await Benchmark(messages: messages, sizes: sizes.isEmpty ? [1, 10, 100] : sizes).run()
    print(figures.json)
} catch {
    FileHandle.standardError.write(Data("pika-bench: \(error)\n".utf8))
    exit(1)
}
