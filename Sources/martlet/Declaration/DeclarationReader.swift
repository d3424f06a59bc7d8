import JOSE

/// Reads one object of a declarative file; every problem names its member by its path in the file.
struct DeclarationReader {
    let json: JSONObject
    /// The path of the object, empty for the file itself.
    let place: String

    init(_ json: JSONObject, at place: String) {
        (self.json, self.place) = (json, place)
    }

    func problem(_ name: String, _ text: String) -> DeclarationError {
        DeclarationError(place.isEmpty ? name : "\(place).\(name)", text)
    }

    func refuseUnknown(_ known: [String]) throws {
        guard let unknown = json.names.first(where: { !known.contains($0) }) else { return }
        throw problem(unknown, "is not known here; there are: \(known.joined(separator: ", "))")
    }

    func requiredText(_ name: String) throws -> String {
        guard let text = json[name]?.stringValue, !text.isEmpty else { throw problem(name, "must be a text") }
        return text
    }

    /// A line for people.
    func line(_ name: String) throws -> String {
        let text = try requiredText(name)
        guard text.count <= 200, !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw problem(name, "must be one line of at most 200 characters") }
        return text
    }

    func flag(_ name: String) throws -> Bool {
        guard let value = json[name] else { return false }
        guard let flag = value.boolValue else { throw problem(name, "must be true or false") }
        return flag
    }

    /// The objects of an array, each with its path; none where it is left out.
    func objects(_ name: String) throws -> [(json: JSONObject, place: String)] {
        guard let value = json[name] else { return [] }
        guard let elements = value.arrayValue else { throw problem(name, "must be an array") }
        return try elements.enumerated().map { index, element in
            guard let object = element.objectValue else { throw problem("\(name)[\(index)]", "must be an object") }
            return (object, place.isEmpty ? "\(name)[\(index)]" : "\(place).\(name)[\(index)]")
        }
    }

    /// The members of an object; none where it is left out.
    func members(_ name: String) throws -> [JSONObject.Member] {
        guard let value = json[name] else { return [] }
        guard let object = value.objectValue else { throw problem(name, "must be an object") }
        return object.members
    }
}
