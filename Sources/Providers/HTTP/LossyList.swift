/// A list of which an odd row hides none of the others: rows that cannot be read are left out.
struct LossyList<Row: Decodable>: Decodable {
    let rows: [Row]

    private struct Attempt: Decodable {
        let row: Row?
        init(from decoder: any Decoder) { row = try? Row(from: decoder) }
    }

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var rows: [Row] = []
        while !list.isAtEnd {
            if let row = try list.decode(Attempt.self).row { rows.append(row) }
        }
        self.rows = rows
    }
}
