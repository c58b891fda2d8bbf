import CLibedit

/// The keys of the editor, and what they do.
extension LineEditor {
    func configure(_ editor: OpaquePointer) {
        _ = pika_el_set_signal(editor, 0)
        _ = pika_el_set_clientdata(editor, Unmanaged.passUnretained(self).toOpaque())
        _ = pika_el_set_editor(editor, "emacs")
        // The person's own keys, as other programs with libedit have them; ours come on top.
        _ = el_source(editor, nil)
        _ = pika_el_set_prompt(editor) { editor in LineEditor.of(editor)?.promptPointer() }
        _ = pika_el_set_getcfn(editor) { editor, character in
            guard let character, let line = LineEditor.of(editor) else { return -1 }
            return line.nextCharacter(into: character)
        }
        _ = pika_el_addfn(editor, "pika-interrupt", "clears the line") { editor, _ in
            LineEditor.of(editor)?.interruptLine()
            return UInt8(CC_EOF)
        }
        _ = pika_el_addfn(editor, "pika-suspend", "stops the program until fg") { editor, _ in
            LineEditor.of(editor)?.suspend()
            return UInt8(CC_REDISPLAY)
        }
        _ = pika_el_addfn(editor, "pika-quit", "ends the program at once") { editor, _ in
            LineEditor.of(editor)?.quit()
            return UInt8(CC_NORM)
        }
        _ = pika_el_addfn(editor, "pika-complete", "completes the word") { editor, _ in
            LineEditor.of(editor)?.completeWord() ?? UInt8(CC_ERROR)
        }
        _ = pika_el_addfn(editor, "pika-paste", "inserts what is pasted") { editor, _ in
            LineEditor.of(editor)?.paste() ?? UInt8(CC_ERROR)
        }
        // libedit's modes for editing (-d) and for running commands (-x), made one.
        _ = pika_el_setty(editor, "-d", "-isig")
        for flag in ["-isig", "-icanon", "-echo", "-iexten"] { _ = pika_el_setty(editor, "-x", flag) }
        terminal.modes.keep()
        _ = pika_el_bind(editor, "^C", "pika-interrupt")
        _ = pika_el_bind(editor, "^Z", "pika-suspend")
        _ = pika_el_bind(editor, #"\034"#, "pika-quit")
        _ = pika_el_bind(editor, "^I", "pika-complete")
        _ = pika_el_bind(editor, "^R", "em-inc-search-prev")
        _ = pika_el_bind(editor, "\\033[200~", "pika-paste")
        // Ctrl with an arrow, and Alt with one.
        for modifier in ["5", "3"] {
            _ = pika_el_bind(editor, "\\033[1;\(modifier)D", "ed-prev-word")
            _ = pika_el_bind(editor, "\\033[1;\(modifier)C", "em-next-word")
        }
        // libedit binds NUL to whatever the terminal has no key for, quoted-insert in the end.
        _ = pika_el_bind(editor, "^@", "em-set-mark")
    }

    /// The line is given up; what follows on the screen begins behind it.
    func interruptLine() {
        moveToEnd()
        wasInterrupted = true
    }

    /// A bracketed paste: everything up to the mark of its end is text, whatever keys it would be.
    private func paste() -> UInt8 {
        let end = Array("\u{1b}[201~".unicodeScalars)
        var pasted = String.UnicodeScalarView()
        while !pasted.suffix(end.count).elementsEqual(end) {
            switch input.next() {
            // Nothing follows it: that is no part of a paste, but a key, for a paste whose end was lost.
            case .character("\u{3}") where !input.hasTyped:
                interruptLine()
                return UInt8(CC_EOF)
            case .character(let scalar): pasted.append(scalar)
            case .woken:
                if isCancelled.withLock({ $0 }) {
                    interruptLine()
                    return UInt8(CC_EOF)
                }
                printWaiting()
            case .end: return UInt8(CC_EOF)
            }
        }
        let text = PastedText.edited(String.UnicodeScalarView(pasted.dropLast(end.count)))
        guard !text.isEmpty else { return UInt8(CC_NORM) }
        painted = nil
        return el_insertstr(editor, text) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
    }
}
