/// The members of a JSON object in their order; names are unique.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package let name: String
        package var value: JSON
    }

    /// The members in order of writing.
    package private(set) var members: [Member]

    package init() { members = [] }

    /// Trusts that no two names are equal.
    init(unique members: [Member]) { self.members = members }

    /// The object of a JSON text; throws `wrongType` where the text is another value.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) -> JSONObject {
        let value = try JSON.parse(bytes, limits: limits)
        guard case .object(let object) = value else {
            throw .wrongType("(the text itself)", expected: "an object", seen: value)
        }
        return object
    }

    /// The value of the member whose name has these bytes; setting nil removes it, setting a new name appends.
    package subscript(name: String) -> JSON? {
        get {
            for member in members where member.name.hasSameBytes(as: name) { return member.value }
            return nil
        }
        set {
            if let index = members.firstIndex(where: { $0.name.hasSameBytes(as: name) }) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append(Member(name: name, value: newValue))
            }
        }
    }

    package var names: [String] { members.map(\.name) }
    package var isEmpty: Bool { members.isEmpty }

    /// This object with the members of `other` written over it.
    package func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for member in other.members { merged[member.name] = member.value }
        return merged
    }

    /// A string member; nil where absent, `wrongType` for any other value (`null` included).
    package func string(_ name: String) throws(JSONError) -> String? {
        try typed(name, "a string", \.stringValue)
    }

    /// An integer member; nil where absent, `wrongType` for any other value, fractions included.
    package func integer(_ name: String) throws(JSONError) -> Int64? {
        try typed(name, "an integer", \.integerValue)
    }

    /// A boolean member; nil where absent, `wrongType` for any other value.
    package func bool(_ name: String) throws(JSONError) -> Bool? {
        try typed(name, "a boolean", \.boolValue)
    }

    /// An array member; nil where absent, `wrongType` for any other value.
    package func array(_ name: String) throws(JSONError) -> [JSON]? {
        try typed(name, "an array", \.arrayValue)
    }

    /// An object member; nil where absent, `wrongType` for any other value.
    package func object(_ name: String) throws(JSONError) -> JSONObject? {
        try typed(name, "an object", \.objectValue)
    }

    /// A member that is an array of strings; nil where absent, `wrongType` for any other value.
    package func strings(_ name: String) throws(JSONError) -> [String]? {
        try typed(name, "an array of strings", \.stringsValue)
    }

    private func typed<Value>(
        _ name: String,
        _ expected: String,
        _ read: (JSON) -> Value?
    ) throws(JSONError) -> Value? {
        guard let value = self[name] else { return nil }
        guard let typed = read(value) else { throw .wrongType(name, expected: expected, seen: value) }
        return typed
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        members = []
        for (name, value) in elements { self[name] = value }
    }
}
