/// A list of which an odd row hides none of the others: rows that cannot be read are left out, and counted.
struct LossyList<Row: Decodable>: Decodable {
    let rows: [Row]
    /// Rows that are something, but nothing that can be read.
    let unreadable: Int

    private struct Attempt: Decodable {
        let row: Row?
        let isNothing: Bool

        init(from decoder: any Decoder) {
            row = try? Row(from: decoder)
            isNothing = (try? decoder.singleValueContainer())?.decodeNil() ?? false
        }
    }

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var (rows, unreadable): ([Row], Int) = ([], 0)
        while !list.isAtEnd {
            let attempt = try list.decode(Attempt.self)
            if let row = attempt.row { rows.append(row) } else if !attempt.isNothing { unreadable += 1 }
        }
        (self.rows, self.unreadable) = (rows, unreadable)
    }
}
