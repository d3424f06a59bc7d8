package import JOSE

/// What a JSON value may be (JSON Schema 2020-12, the dialect of OpenAPI 3.1), as far as this server's messages need it.
package struct JSONSchema: Sendable, Equatable {
    /// The schema's own members.
    package private(set) var json: JSONObject
    /// The schemas that it refers to, by name, as the document lists them under `components`.
    package private(set) var components: [String: JSONObject]

    private init(_ json: JSONObject, components: [String: JSONObject] = [:]) {
        self.json = json
        self.components = components
    }

    /// Text; `length` in characters, `format` one of JSON Schema's names.
    package static func text(
        _ length: ClosedRange<Int>? = nil,
        pattern: String? = nil,
        format: String? = nil
    ) -> JSONSchema {
        var json: JSONObject = ["type": "string"]
        if let length {
            if length.lowerBound > 0 { json["minLength"] = .integer(Int64(length.lowerBound)) }
            if length.upperBound < Int.max { json["maxLength"] = .integer(Int64(length.upperBound)) }
        }
        json["pattern"] = pattern.map(JSON.string)
        json["format"] = format.map(JSON.string)
        return JSONSchema(json)
    }

    /// One of a few texts.
    package static func one(of values: String...) -> JSONSchema { one(of: values) }

    /// One of a few texts.
    package static func one(of values: [String]) -> JSONSchema {
        JSONSchema(["type": "string", "enum": .strings(values)])
    }

    /// This value and no other.
    package static func constant(_ value: JSON) -> JSONSchema { JSONSchema(["const": value]) }

    package static func integer(_ range: ClosedRange<Int64>? = nil) -> JSONSchema {
        var json: JSONObject = ["type": "integer"]
        json["minimum"] = range.map { .integer($0.lowerBound) }
        json["maximum"] = range.flatMap { $0.upperBound < Int64.max ? .integer($0.upperBound) : nil }
        return JSONSchema(json)
    }

    package static let boolean = JSONSchema(["type": "boolean"])
    package static let null = JSONSchema(["type": "null"])
    /// Any value.
    package static let anything = JSONSchema([:])

    package static func array(of element: JSONSchema, _ count: ClosedRange<Int>? = nil) -> JSONSchema {
        var json: JSONObject = ["type": "array", "items": .object(element.json)]
        json["minItems"] = count.map { .integer(Int64($0.lowerBound)) }
        json["maxItems"] = count.map { .integer(Int64($0.upperBound)) }
        return JSONSchema(json, components: element.components)
    }

    /// An object with these members and no other, all of them there but the optional ones: what a reply is.
    package static func object(
        _ properties: KeyValuePairs<String, JSONSchema>,
        optional: Set<String> = []
    ) -> JSONSchema {
        var schema = input(properties, optional: optional)
        schema.json["additionalProperties"] = false
        return schema
    }

    /// An object with these members and any other, which is ignored: what a request is.
    package static func input(
        _ properties: KeyValuePairs<String, JSONSchema>,
        optional: Set<String> = []
    ) -> JSONSchema {
        var (members, components) = (JSONObject(), [String: JSONObject]())
        for (name, schema) in properties {
            members[name] = .object(schema.json)
            components.merge(schema.components) { first, _ in first }
        }
        var json: JSONObject = ["type": "object", "properties": .object(members)]
        let required = properties.map(\.key).filter { !optional.contains($0) }
        if !required.isEmpty { json["required"] = .strings(required) }
        return JSONSchema(json, components: components)
    }

    /// An object whose members have names of any kind and values of one.
    package static func map(of value: JSONSchema) -> JSONSchema {
        JSONSchema(["type": "object", "additionalProperties": .object(value.json)], components: value.components)
    }

    /// What one of `schemas` at least allows.
    package static func any(of schemas: [JSONSchema]) -> JSONSchema {
        if schemas.count == 1 { return schemas[0] }
        return JSONSchema(
            ["anyOf": .array(schemas.map { .object($0.json) })],
            components: schemas.reduce(into: [:]) { $0.merge($1.components) { first, _ in first } }
        )
    }

    /// What one of `schemas` at least allows.
    package static func any(of schemas: JSONSchema...) -> JSONSchema { any(of: schemas) }

    /// This, or null.
    package var orNull: JSONSchema {
        guard let type = json["type"]?.stringValue, json["enum"] == nil else { return .any(of: self, .null) }
        var schema = self
        schema.json["type"] = .strings([type, "null"])
        return schema
    }

    /// This object with the members of another; both are made by `object` or `input`.
    package func adding(_ other: JSONSchema) -> JSONSchema {
        var schema = self
        let properties = json["properties"]?.objectValue ?? [:]
        schema.json["properties"] = .object(properties.merging(other.json["properties"]?.objectValue ?? [:]))
        let required = (json["required"]?.stringsValue ?? []) + (other.json["required"]?.stringsValue ?? [])
        if !required.isEmpty { schema.json["required"] = .strings(required) }
        schema.components.merge(other.components) { first, _ in first }
        return schema
    }

    /// A reference to this schema, which the document then has once under `name`.
    package func named(_ name: String) -> JSONSchema {
        var components = components
        components[name] = json
        return JSONSchema(["$ref": .string("#/components/schemas/\(name)")], components: components)
    }

    /// With a sentence for people.
    package func described(_ text: String) -> JSONSchema { with("description", .string(text)) }

    /// With a value that one may try.
    package func example(_ value: JSON) -> JSONSchema { with("examples", [value]) }

    private func with(_ name: String, _ value: JSON) -> JSONSchema {
        var schema = self
        schema.json[name] = value
        return schema
    }
}
