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

/// One word after `pikachat`.
protocol Subcommand: Sendable {
    var spec: CommandSpec { get }
    var style: EventPrinter.Style { get }
    /// - Returns: the exit status.
    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32
}

extension Subcommand {
    var style: EventPrinter.Style { .script }
}
