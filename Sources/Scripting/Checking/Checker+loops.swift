import Vocabulary

extension Checker {
    mutating func check(_ loop: Loop, _ range: SourceRange) {
        loop.values.forEach { check($0) }
        checkName(loop.variable, range, "for")
        if let word = loop.jobs {
            check(word)
            if let text = word.literal, Int(text).map({ !Loop.jobsRange.contains($0) }) ?? true {
                report(.wrongValue, Loop.failure(jobs: text).message, word.range)
            }
        }
        let end = inside(conditional: false) {
            $0.known.define(loop.variable, nil)
            $0.check(loop.body)
        }
        // A list that is written down has at least one item; bodies beside each other keep their variables to themselves.
        let isCertain = loop.values.contains { $0.literal.map { !$0.isEmpty } ?? false }
        known.join([loop.jobs == nil ? end : known.branch.takingWorld(from: end)], always: isCertain)
    }
}
