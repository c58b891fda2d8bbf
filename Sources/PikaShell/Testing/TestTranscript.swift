import Vocabulary

/// What happened in one try of a file: its events, and what reports make of them.
package struct TestTranscript: Sendable {
    package let records: [EventRecord]
    /// There was more than is kept.
    package let isCut: Bool
    /// The lines of the script, without its secrets.
    package var source: [String] = []
    /// Declared inputs with their values, without secrets.
    package var inputs: [(name: String, value: String)] = []

    package init(records: [EventRecord], isCut: Bool) { (self.records, self.isCut) = (records, isCut) }

    /// Everything that failed, cleanup included.
    package var failures: [EventRecord] { records.filter { $0.event.role == .failure } }

    /// Why the file was skipped; nil when it was not.
    package var skipReason: String? {
        records.last { $0.event.isSkip }?.event.fields["why"]?.description
    }

    /// A part of the file: from one `step` to the next.
    package struct Step: Sendable {
        /// Nil for what stands before the first one.
        package let title: String?
        package let line: Int?
        package var records: ArraySlice<EventRecord>
        /// Milliseconds since 1970.
        package let began: Int64
        package let ended: Int64

        package var ms: Int { Int(max(0, ended - began)) }
        package var failures: [EventRecord] { records.filter { $0.event.role == .failure } }
        package var skipReason: String? {
            records.last { $0.event.isSkip }?.event.fields["why"]?.description
        }
    }

    /// In order; the part before the first step only where something ran there.
    package var steps: [Step] {
        var starts = records.indices.filter { records[$0].event.role == .heading }
        let firstStep = starts.first ?? records.endIndex
        let isAnythingBefore = records[..<firstStep].contains { record in
            record.event.name == "command" && record.event.fields["declares"] != .flag(true)
                || record.event.role == .failure
        }
        if isAnythingBefore || starts.isEmpty { starts.insert(records.startIndex, at: 0) }
        return starts.enumerated().map { number, start in
            let isLast = number + 1 == starts.count
            let end = isLast ? records.endIndex : starts[number + 1]
            let part = records[start..<end]
            let began = part.first?.time ?? 0
            let event = part.first?.event
            let isStep = event?.role == .heading
            return Step(
                title: isStep ? event?.fields["title"]?.description : nil,
                line: isStep ? event?.line : part.lazy.compactMap(\.event.line).first, records: part,
                began: began, ended: isLast ? part.last?.time ?? began : records[end].time)
        }
    }
}

extension LogEvent {
    /// The line of the script that it is about.
    package var line: Int? {
        guard case .number(let line)? = fields["line"] else { return nil }
        return line
    }

    /// The file of that line.
    package var file: String? { fields["file"]?.description }
}
