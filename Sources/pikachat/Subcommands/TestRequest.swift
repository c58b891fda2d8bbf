import AgentCommands
import Foundation
import PikaShell
import Scripting
import Vocabulary

/// What the command line of `pikachat test` asks for.
struct TestRequest: Sendable {
    let arguments: [String]
    var options = TestOptions()
    let isMock: Bool
    let cassettes: CassetteMode
    let isLastFailed: Bool
    let tellsCoverage: Bool
    let reports: [ReportTarget]
    let inputs: Inputs

    /// - Throws: `Failure` (usage) for the first option that cannot be read.
    init(_ parsed: ParsedArguments, _ context: CommandContext) throws {
        arguments = parsed.positionals
        guard !(parsed.has("--mock") && parsed.has("--live")) else {
            throw Failure(.usage, "either --mock or --live")
        }
        cassettes = try CassetteMode(parsed)
        guard !(parsed.has("--live") && cassettes.isReplay) else {
            throw Failure(.usage, "--replay needs no real servers: leave out --live")
        }
        isMock = !parsed.has("--live")
        tellsCoverage = parsed.has("--coverage")
        isLastFailed = parsed.has("--last-failed")
        options.matrix = try Matrix(parsed.all("--matrix"), excluding: parsed.all("--exclude"))
        for text in parsed.all("--tag") {
            let name = text.hasPrefix("!") ? String(text.dropFirst()) : text
            guard TagName.isName(name) else {
                throw Failure(
                    .usage, "--tag \(text.cut(to: 60)) is not a tag", hints: ["--tag slow, --tag '!slow'"])
            }
            if text.hasPrefix("!") { options.withoutTags.insert(name) } else { options.tags.insert(name) }
        }
        options.filter = parsed.value("--filter")
        options.jobs =
            try Self.number(parsed, "--jobs", 1...1000) ?? ProcessInfo.processInfo.activeProcessorCount * 4
        options.retries = try Self.number(parsed, "--retry", 0...100) ?? 0
        options.failsFast = parsed.has("--fail-fast")
        options.updatesSnapshots = parsed.has("--update")
        options.maximumTime = try Self.maximumTime(parsed)
        options.timeScale = try Self.timeScale(parsed)
        if let text = parsed.value("--seed") {
            guard parsed.has("--shuffle") else {
                throw Failure(.usage, "--seed has no effect without --shuffle")
            }
            guard let seed = UInt64(text) else {
                throw Failure(.usage, "--seed \(text.cut(to: 40)) is not a whole number")
            }
            options.shuffleSeed = seed
        } else if parsed.has("--shuffle") {
            options.shuffleSeed = UInt64.random(in: 1...999_999)
        }
        reports = try ReportTarget.parse(
            parsed.all("--report") + (context.configuration.isJSON ? ["json=-"] : []))
        inputs = Inputs(
            sets: try InputSetting.parse(parsed.all("--set")), environment: context.configuration.environment,
            dotenv: try context.dotEnv())
        if let key = options.matrix?.keys.first(where: { inputs.sets[$0] != nil }) {
            throw Failure(.usage, "\(key) is in --set and in --matrix")
        }
    }

    static func maximumTime(_ parsed: ParsedArguments) throws -> Duration? {
        try parsed.value("--max-time").map { text in
            guard let limit = DurationText.parse(text, bareUnit: .seconds), limit > .zero else {
                throw Failure(.usage, "--max-time \(text) is not a time such as 10m")
            }
            return limit
        }
    }

    static func timeScale(_ parsed: ParsedArguments) throws -> Double {
        guard let text = parsed.value("--time-scale") else { return 1 }
        guard let scale = Double(text), (0.1...1000).contains(scale) else {
            throw Failure(.usage, "--time-scale \(text.cut(to: 40)) is not a number from 0.1 to 1000")
        }
        return scale
    }

    private static func number(
        _ parsed: ParsedArguments, _ option: String, _ range: ClosedRange<Int>
    ) throws -> Int? {
        try parsed.value(option).map { text in
            guard let number = Int(text), range.contains(number) else {
                throw Failure(
                    .usage,
                    "\(option) \(text.cut(to: 40)) is not a number from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return number
        }
    }

    /// Reads and checks the files.
    func plan(_ context: CommandContext) throws -> TestPlan {
        var provided: Set<Requirement> = [.anyGroup]
        if isMock { provided.formUnion([.mockWorld, .faults]) }
        let plan = try TestPlan(
            arguments, options: options, catalogue: context.catalogue,
            context: CheckContext(host: provided), inputs: inputs, isMock: isMock)
        return isLastFailed ? try plan.keeping(try lastFailed(context).load()) : plan
    }

    func lastFailed(_ context: CommandContext) -> LastFailed {
        LastFailed(path: context.configuration.stateDirectory + "/last-failed")
    }
}
