/// The canonical serialization of an event, which all clients hash (NIP-01 "Events and signatures").
///
/// Foundation's encoder escapes `/` and does not keep the order of members, so the JSON is written by hand.
/// The same form is used on the wire.
enum CanonicalJSON {
    static func appendString(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            // Contents are mostly base64, so copy everything that needs no escaping in runs.
            var rest = utf8[...]
            while let index = rest.firstIndex(where: needsEscape) {
                bytes.append(contentsOf: rest[..<index])
                appendEscaped(rest[index], to: &bytes)
                rest = rest[(index + 1)...]
            }
            bytes.append(contentsOf: rest)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0x0a: bytes.append(contentsOf: #"\n"#.utf8)
        case 0x0d: bytes.append(contentsOf: #"\r"#.utf8)
        case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
        case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
        case 0x0c: bytes.append(contentsOf: #"\f"#.utf8)
        case 0..<0x20:
            bytes.append(contentsOf: #"\u00"#.utf8)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        default:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        }
    }

    static func appendTags(_ tags: [Tag], to bytes: inout [UInt8]) {
        appendList(tags, to: &bytes) { tag, bytes in
            appendList(tag.fields, to: &bytes) { field, bytes in appendString(field, to: &bytes) }
        }
    }

    static func appendList<Element>(
        _ elements: [Element], to bytes: inout [UInt8], _ append: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(element, &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    static func appendMember(_ name: String, to bytes: inout [UInt8]) {
        if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
        appendString(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
