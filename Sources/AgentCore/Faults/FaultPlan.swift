/// The active faults. Deterministic: the same seeds produce the same faults.
package struct FaultPlan: Sendable {
    private var rules: [(rule: FaultRule, chances: Int, fired: Int, generator: UInt64)] = []

    package init() {}

    package mutating func add(_ rule: FaultRule) { rules.append((rule, 0, 0, rule.seed)) }
    package var listed: [(rule: FaultRule, injected: Int)] { rules.map { ($0.rule, $0.fired) } }
    package mutating func clear() { rules = [] }

    /// The fault to inject at this opportunity, if any. The rule that was added last takes precedence.
    package mutating func next(_ stage: FaultStage) -> FaultAction? {
        for index in rules.indices.reversed() where rules[index].rule.stage == stage {
            let rule = rules[index].rule
            rules[index].chances += 1
            guard rules[index].chances > rule.after, rules[index].fired < rule.times ?? .max else {
                continue
            }
            guard draw(index) < rule.probability else { continue }
            rules[index].fired += 1
            if case .latency(let base, let jitter) = rule.action {
                return .latency(base + jitter * draw(index), jitter: .zero)
            }
            return rule.action
        }
        return nil
    }

    /// A number in 0..<1 from the rule's own generator; an LCG is random enough for this.
    private mutating func draw(_ index: Int) -> Double {
        rules[index].generator =
            rules[index].generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(rules[index].generator >> 11) / Double(1 << 53)
    }
}
