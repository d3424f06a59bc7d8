/// A form of a page. Every form is sent by POST and carries the frame's form token, but for searches.
package struct Form: Sendable {
    package enum Method: String, Sendable {
        case post, get
    }

    package enum Weight: String, Sendable {
        /// What the page is for.
        case primary
        case secondary
        /// Takes something away.
        case danger
    }

    /// The button that sends the form.
    package struct Button: Sendable {
        /// The element's id; nil where a page has many of the kind.
        package let id: String?
        package let label: Text
        /// Said to those who do not see which row the button is in.
        package let about: Text?
        /// The lines below the label.
        package let details: [Text]
        package let weight: Weight
        /// Sent along as `choice`, where a form has several buttons.
        package let choice: String?

        package init(
            _ label: Text,
            id: String? = nil,
            about: Text? = nil,
            details: [Text] = [],
            weight: Weight = .primary,
            choice: String? = nil
        ) {
            self.id = id
            self.label = label
            self.about = about
            self.details = details
            self.weight = weight
            self.choice = choice
        }

        fileprivate func model(_ scene: Scene) -> [String: Any] {
            var model: [String: Any] = [
                "label": scene.words(label), "weight": weight.rawValue, "details": details.map(scene.words),
            ]
            if let id { model["id"] = id }
            if let about { model["about"] = scene.words(about) }
            if let choice { model["choice"] = choice }
            return model
        }
    }

    /// The path below the issuer's.
    package let action: String
    package let method: Method
    /// Sent along, unseen.
    package let hidden: [(name: String, value: String)]
    /// Whose password is asked for: unseen, for those who keep passwords.
    package let username: String?
    package let fields: [Field]
    /// The first is the one that the Enter key means.
    package let buttons: [Button]

    package init(
        action: String,
        method: Method = .post,
        hidden: [(name: String, value: String)] = [],
        username: String? = nil,
        fields: [Field] = [],
        button: Button,
        others: [Button] = []
    ) {
        self.action = action
        self.method = method
        self.hidden = hidden
        self.username = username
        self.fields = fields
        buttons = [button] + others
    }

    func model(_ frame: Frame, _ scene: Scene) -> [String: Any] {
        let marked = fields.map { $0.model(problem: frame.alert?.problem(of: $0.id), scene) }
        var model: [String: Any] = [
            "action": scene.base + action, "method": method.rawValue, "fields": marked,
            "buttons": buttons.map { $0.model(scene) },
            "hidden": hidden.map { ["name": $0.name, "value": $0.value] },
            "isInline": fields.isEmpty || method == .get,
        ]
        if method == .post { model["token"] = frame.formToken }
        if let username { model["username"] = username }
        return model
    }
}

/// A field of a form, with its label.
package struct Field: Sendable {
    package enum Kind: String, Sendable {
        case text, email, password, search, url, tel
        case checkbox
    }

    /// The element's id; also the name of the parameter unless `name` says otherwise.
    package let id: String
    package let name: String
    package let label: Text
    package let kind: Kind
    /// What was typed before; never that of a password. Of a checkbox: whether it is ticked ("yes").
    package let value: String
    /// The purpose, in the words of the HTML standard (§4.10.18.7); empty for none.
    package let autocomplete: String
    package let hint: Text?
    package let isRequired: Bool
    /// In characters.
    package let limit: Int?

    package init(
        _ id: String,
        name: String? = nil,
        label: Text,
        kind: Kind = .text,
        value: String = "",
        autocomplete: String = "",
        hint: Text? = nil,
        isRequired: Bool = true,
        limit: Int? = nil
    ) {
        self.id = id
        self.name = name ?? id
        self.label = label
        self.kind = kind
        self.value = kind == .password ? "" : value
        self.autocomplete = autocomplete
        self.hint = hint
        self.isRequired = isRequired
        self.limit = limit
    }

    /// The purposes of what people write with capitals; other fields have them, and the spelling, left as typed.
    private static let withCapitals: Set = [
        "name", "given-name", "additional-name", "family-name", "nickname", "address-line1", "address-level1",
        "address-level2", "country-name",
    ]

    func model(problem: Text?, _ scene: Scene) -> [String: Any] {
        var model: [String: Any] = [
            "id": id, "name": name, "label": scene.words(label), "type": kind.rawValue, "isRequired": isRequired,
            "isCheckbox": kind == .checkbox, "isTyped": kind != .checkbox,
            "isPlain": kind != .search && !Self.withCapitals.contains(autocomplete),
        ]
        if kind == .checkbox { model["isTicked"] = value == "yes" } else { model["value"] = value }
        if !autocomplete.isEmpty { model["autocomplete"] = autocomplete }
        if let limit { model["limit"] = String(limit) }
        if let hint { model["hint"] = scene.words(hint) }
        if let problem { model["problem"] = scene.words(problem) }
        let described = [hint.map { _ in "\(id)-hint" }, problem.map { _ in "\(id)-problem" }].compactMap(\.self)
        if !described.isEmpty { model["described"] = described.joined(separator: " ") }
        return model
    }
}
