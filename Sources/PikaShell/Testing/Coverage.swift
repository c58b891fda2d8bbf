import Vocabulary

/// What a folder of scripts can exercise, in sections, and what of it a suite has.
package struct Coverage: Sendable {
    package struct Item: Sendable {
        package let name: String
        /// Whether an event shows that it was exercised.
        package let isHit: @Sendable (LogEvent) -> Bool

        package init(_ name: String, isHit: @escaping @Sendable (LogEvent) -> Bool) {
            (self.name, self.isHit) = (name, isHit)
        }
    }

    package struct Section: Sendable {
        package let title: String
        package let items: [Item]

        package init(_ title: String, _ items: [Item]) { (self.title, self.items) = (title, items) }
    }

    /// One section with what came of it.
    package struct Account: Sendable {
        package let title: String
        package let exercised: [String]
        package let never: [String]
    }

    private let sections: [Section]

    package init(_ sections: [Section]) { self.sections = sections }

    package func accounts(of suite: TestSuite) -> [Account] {
        let events = suite.results.flatMap(\.tries).flatMap(\.records).map(\.event)
        return sections.map { section in
            let hit = section.items.map { item in events.contains(where: item.isHit) }
            func names(_ wanted: Bool) -> [String] {
                zip(section.items, hit).filter { $0.1 == wanted }.map(\.0.name)
            }
            return Account(title: section.title, exercised: names(true), never: names(false))
        }
    }

    /// A line for each section, and what was never exercised.
    package func text(of suite: TestSuite) -> String {
        accounts(of: suite).map { account in
            let total = account.exercised.count + account.never.count
            let head = "\(account.title): \(account.exercised.count) of \(total)"
            return ([head] + account.never.map { "  never: \($0)" }).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
