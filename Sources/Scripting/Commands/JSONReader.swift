import Foundation
import Vocabulary

/// JSON from outside, as values of the language.
enum JSONReader {
    static func read(_ text: String) -> EventValue? {
        guard
            let object = try? JSONSerialization.jsonObject(
                with: Data(text.utf8), options: [.fragmentsAllowed])
        else { return nil }
        return value(object)
    }

    private static func value(_ object: Any) -> EventValue {
        switch object {
        case let text as String: .text(text)
        case let number as NSNumber:
            // On Linux a JSON boolean is an NSNumber whose type encoding is "c".
            if String(cString: number.objCType) == "c" {
                .flag(number.boolValue)
            } else if number.doubleValue == number.doubleValue.rounded(), abs(number.doubleValue) < 9e15 {
                .number(number.intValue)
            } else {
                .text("\(number.doubleValue)")
            }
        case let list as [Any]: .list(list.map(value))
        case let fields as [String: Any]: .record(fields.mapValues(value))
        default: .none
        }
    }
}
