import Marmot
import Vocabulary

extension MarmotGroup {
    /// Its name as part of a line: whoever may rename a group must not forge lines with it.
    package var shownName: String { VisibleText.line(data.name) }
}
