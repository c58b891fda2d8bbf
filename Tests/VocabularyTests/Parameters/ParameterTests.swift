import Vocabulary
import Testing

@testable import Vocabulary

@Suite("Parameters")
struct ParameterTests {
    private let parameters = [
        Parameter("memory-mb", .megabytes(128...4096), "memory", aliases: ["mem"], default: "1024"),
        Parameter(
            "ttl-seconds", .duration(unit: .seconds, seconds: 60...7200), "time to live", aliases: ["ttl"],
            environment: "TTL"),
        Parameter("keep", .flag, "keep", default: "no"),
        Parameter("variant", .choice(["prebuilt", "prebuilt-cow"]), "variant"),
        Parameter("url", .url, "address"), Parameter("on", .pattern, "pattern"),
    ]

    private func set(_ given: [String: String], _ environment: [String: String] = [:]) throws -> ParameterSet
    {
        try ParameterSet(parameters, given: given, environment: environment)
    }

    @Test("given beats environment beats default; blank counts as absent")
    func precedence() throws {
        #expect(try set(["ttl": "2h"], ["TTL": "90"]).duration("ttl-seconds") == .seconds(7200))
        #expect(try set(["ttl": " "], ["TTL": "90"]).duration("ttl-seconds") == .seconds(90))
        #expect(try set([:], ["TTL": ""]).duration("ttl-seconds") == nil)
        #expect(try set([:]).integer("memory-mb") == 1024)
        #expect(try set(["mem": "2gb"]).integer("memory-mb") == 2048)
        #expect(try set(["keep": "yes"]).flag("keep"))
    }

    @Test(
        "mistakes say what is wanted",
        arguments: [
            (["mem": "64"], "from 128 to 4096 MiB"), (["mem": "much"], "a size is needed"),
            (["mem": "99999999999999999999gb"], "a size is needed"),
            (["ttl": "1e999"], "a time is needed"), (["ttl": "-5"], "a time is needed"),
            (["ttl": "3h"], "from 60 to 7200 seconds"), (["keep": "maybe"], "yes or no"),
            (["variant": "prebuild"], "did you mean prebuilt?"), (["url": "ftp://x"], "an address such as"),
            (["url": "nothing"], "an address such as"),
            (["on": "/(/"], "no valid regular expression"), (["memmory-mb": "1"], "did you mean memory-mb=?"),
            (["mem": "256", "memory-mb": "256"], "given twice"),
        ] as [([String: String], String)])
    func mistakes(given: [String: String], part: String) {
        #expect { try set(given) } throws: { "\($0)".contains(part) }
    }

    @Test(
        "addresses that the HTTP library would refuse later are refused here; a scheme's case does not matter"
    )
    func addresses() throws {
        let parameter = Parameter("url", .url, "")
        #expect(try ParameterValue("HTTP://Host:80/x", for: parameter) == .text("http://Host:80/x"))
        for (text, part) in [
            ("http://127.0.0.1:99999", "a port is"), ("http://[::1]:80", "IPv6"),
            ("http://127.0.0.1:0", "a port is"),
        ] {
            let error = #expect(throws: ParameterError.self) { try ParameterValue(text, for: parameter) }
            #expect(error?.description.contains(part) ?? false, "\(text): \(error?.description ?? "")")
        }
    }
}
