extension Page {
    /// What a person says of themselves, to be told to applications.
    package struct Details: Sendable {
        /// A group of fields that are saved together, as a scope releases them.
        package enum Group: String, Sendable, CaseIterable {
            case profile, address, phone

            /// Where its form is sent, below the issuer's path.
            package var path: String { "\(Section.details.path)/\(rawValue)" }

            fileprivate var heading: Text {
                switch self {
                case .profile: Text(.profileDetails)
                case .address: Text(.postalAddress)
                case .phone: Text(.phone)
                }
            }

            fileprivate var button: Form.Button {
                switch self {
                case .profile: .init(Text(.saveProfile), id: "save-profile")
                case .address: .init(Text(.saveAddress), id: "save-address")
                case .phone: .init(Text(.savePhone), id: "save-phone")
                }
            }

            fileprivate var fields: [DetailField] {
                switch self {
                case .profile: DetailField.profile
                case .address: DetailField.address
                case .phone: [DetailField.phone]
                }
            }
        }

        /// What the fields hold, by the names of the claims.
        package var values: [String: String]
        /// In characters.
        package let limit: Int

        package init(values: [String: String], limit: Int) {
            (self.values, self.limit) = (values, limit)
        }

        /// What people read before the field of a claim; its own name for a claim that has none.
        package static func label(of claim: String) -> Text {
            let field = Group.allCases.flatMap(\.fields).first { $0.name == claim }
            return field.map { Text($0.label) } ?? .verbatim(claim)
        }
    }

    package static func details(_ details: Details) -> Page {
        Page(
            title: .titled(.personalDetails),
            heading: Text(.personalDetails),
            section: .details,
            panels: Details.Group.allCases.map { group in
                Panel(
                    id: "\(group.rawValue)-panel",
                    heading: group.heading,
                    paragraphs: group == .profile ? [Text(.personalDetailsMeaning)] : [],
                    forms: [
                        Form(
                            action: group.path,
                            fields: group.fields.map { $0.field(details) },
                            button: group.button
                        )
                    ]
                )
            }
        )
    }
}

/// A field for a claim; it may stay empty.
private struct DetailField {
    let name: String
    let label: Phrase
    var kind = Field.Kind.text
    let autocomplete: String
    var hint: Text?

    static let profile = [
        DetailField(name: "given_name", label: .givenName, autocomplete: "given-name"),
        DetailField(name: "middle_name", label: .middleName, autocomplete: "additional-name"),
        DetailField(name: "family_name", label: .familyName, autocomplete: "family-name"),
        DetailField(name: "nickname", label: .nickname, autocomplete: "nickname"),
        DetailField(name: "birthdate", label: .birthdate, autocomplete: "bday", hint: Text(.birthdateHint)),
        DetailField(name: "gender", label: .gender, autocomplete: "sex"),
        DetailField(name: "website", label: .website, kind: .url, autocomplete: "url"),
        DetailField(name: "profile", label: .profilePage, kind: .url, autocomplete: ""),
        DetailField(name: "picture", label: .pictureAddress, kind: .url, autocomplete: "photo"),
        DetailField(name: "zoneinfo", label: .timeZone, autocomplete: "", hint: example("Europe/Madrid")),
        DetailField(name: "locale", label: .language, autocomplete: "language", hint: example("en-US")),
    ]
    static let address = [
        DetailField(name: "street_address", label: .streetAddress, autocomplete: "address-line1"),
        DetailField(name: "postal_code", label: .postalCode, autocomplete: "postal-code"),
        DetailField(name: "locality", label: .locality, autocomplete: "address-level2"),
        DetailField(name: "region", label: .region, autocomplete: "address-level1"),
        DetailField(name: "country", label: .country, autocomplete: "country-name"),
    ]
    static let phone = DetailField(
        name: "phone_number",
        label: .phoneNumber,
        kind: .tel,
        autocomplete: "tel",
        hint: example("+1 604 555 1234")
    )

    private static func example(_ text: String) -> Text { Text(.forExample, [.text: .verbatim(text)]) }

    func field(_ details: Page.Details) -> Field {
        Field(
            name,
            label: Text(label),
            kind: kind,
            value: details.values[name] ?? "",
            autocomplete: autocomplete,
            hint: hint,
            isRequired: false,
            limit: kind == .url ? nil : details.limit
        )
    }
}
