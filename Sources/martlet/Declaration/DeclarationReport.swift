import JOSE

/// What the commands say of the differences.
struct DeclarationReport {
    /// From which side the differences are told.
    enum Side {
        /// What applying would do, or did.
        case plan, applied
        /// What is otherwise than the file says.
        case drift
    }

    let changes: [DeclarationChange]
    let side: Side

    func show(asJSON: Bool) {
        if asJSON { return Terminal.print(["changes": .array(changes.map(\.json))]) }
        for change in changes {
            print("\(sign(change.action)) \(change.kind) \(Terminal.printable(change.name))")
            for member in change.members where change.action != .add { print("    " + line(member)) }
        }
        print(summary)
        Terminal.flush()
    }

    private func sign(_ action: DeclarationChange.Action) -> String {
        switch (action, side) {
        case (.set, _): "!"
        case (.add, .drift): "missing"
        case (.change, .drift): "changed"
        case (.remove, .drift): "not in the file"
        case (.add, _): "+"
        case (.change, _): "~"
        case (.remove, _): "-"
        }
    }

    private func line(_ member: DeclarationChange.Member) -> String {
        if member.isSecret { return "\(member.name): another" }
        let (stored, wanted) = (Self.text(member.stored), Self.text(member.wanted))
        return side == .drift
            ? "\(member.name): the database has \(stored), the file \(wanted)" : "\(member.name): \(stored) → \(wanted)"
    }

    private var summary: String {
        guard !changes.isEmpty else {
            return side == .drift ? "The database is as the file says." : "Nothing to do."
        }
        let counts = [
            ("add", "added", DeclarationChange.Action.add), ("change", "changed", .change),
            ("remove", "removed", .remove),
            ("set", "to set", .set),
        ].compactMap { verb, past, action -> String? in
            let count = changes.count { $0.action == action }
            guard count > 0 else { return nil }
            return side == .applied ? "\(count) \(past)" : "\(count) to \(verb)"
        }
        let text = counts.joined(separator: ", ") + "."
        return side == .drift ? "\(changes.count) different." : text
    }

    /// JSON on one line, cut, so that a key set does not fill the screen.
    private static func text(_ value: JSON?) -> String {
        guard let value else { return "nothing" }
        let text = Terminal.printable(String(decoding: value.encoded(), as: UTF8.self))
        return text.count > 160 ? "\(text.prefix(160))…" : text
    }
}
