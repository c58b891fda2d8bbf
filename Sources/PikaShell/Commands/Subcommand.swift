import AgentCore
import Foundation
import Providers

/// What every subcommand gets.
struct CommandContext: Sendable {
    let configuration: Configuration
    let log: EventLog
    let output: OutputQueue
    let providers: [ProviderDescription]

    init(_ configuration: Configuration, style: EventPrinter.Style) {
        self.configuration = configuration
        output = .shared
        log = EventLog()
        providers = ProviderCatalogue.all(http: FoundationHTTPClient())
        if configuration.isJSON {
            let printer = JSONPrinter(output: output)
            log.listen { printer.print($0) }
        } else {
            let printer = EventPrinter(
                style: style, level: configuration.level, usesColor: configuration.usesColor, output: output)
            log.listen { printer.print($0) }
        }
    }
}

extension CommandContext {
    /// One result on stdout: a line for people, with `--json` an object for programs, in the form of the events.
    func result(_ event: String, _ fields: [String: EventValue], _ text: String) {
        guard configuration.isJSON else { return output.line(text) }
        output.line(EventValue.record(fields.merging(["event": .text(event)]) { $1 }).json)
    }
}

/// One word after `pikachat`.
protocol Subcommand: Sendable {
    var spec: CommandSpec { get }
    var style: EventPrinter.Style { get }
    /// What `--help` beside these arguments prints.
    func help(_ arguments: ParsedArguments) throws -> String
    /// - Returns: the exit status.
    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32
}

extension Subcommand {
    var style: EventPrinter.Style { .script }
    func help(_ arguments: ParsedArguments) throws -> String { HelpText.page(spec) }
}
