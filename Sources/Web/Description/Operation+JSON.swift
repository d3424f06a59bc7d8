import JOSE
package import Provider

/// The operation as the document writes it.
extension Operation {
    var json: JSONObject {
        var json: JSONObject = [
            "operationId": .string(id), "summary": .string(summary), "tags": [.string(face.name)],
        ]
        if !parameters.isEmpty { json["parameters"] = .array(parameters.map { .object($0.json) }) }
        if let body {
            json["requestBody"] = [
                "required": .bool(body.isRequired), "content": .object(Self.content(body.contents)),
            ]
        }
        json["security"] = .array(credentials.map { .object($0.requirement) })
        return json
    }

    /// The same as HEAD is answered.
    var withoutBodies: Operation {
        renamed("\(id)Head").replacing(replies.map { Reply($0.status, $0.description, nil, fields: $0.fields) })
    }

    /// All schemas that it mentions.
    package var schemas: [JSONSchema] {
        parameters.map(\.schema) + (body?.contents ?? []).map(\.schema)
            + replies.flatMap { reply in reply.fields.map(\.schema) + (reply.content.map { [$0.schema] } ?? []) }
    }

    fileprivate static func content(_ contents: [Content]) -> JSONObject {
        var json = JSONObject()
        for content in contents { json[content.type] = ["schema": .object(content.schema.json)] }
        return json
    }
}

extension Operation.Parameter {
    fileprivate var json: JSONObject {
        [
            "name": .string(name), "in": .string(place.rawValue), "required": .bool(isRequired),
            "schema": .object(schema.json),
        ]
    }
}

extension Operation.Reply {
    var json: JSONObject {
        var headers: JSONObject = [
            Operation.Field.requestID.name: ["$ref": .string(Operation.Field.requestIDReference)]
        ]
        for field in fields { headers[field.name] = .object(field.json) }
        var json: JSONObject = ["description": .string(description), "headers": .object(headers)]
        if let content { json["content"] = .object(Operation.content([content])) }
        return json
    }
}

extension Operation.Field {
    fileprivate static let requestIDReference = "#/components/headers/\(requestID.name)"

    /// Every reply has it.
    static let requestID = Self(
        "X-Request-Id",
        "Names the request in the operator's records.",
        .text(1...64)
    )

    var json: JSONObject {
        ["description": .string(description), "required": .bool(isRequired), "schema": .object(schema.json)]
    }
}

extension Credential {
    fileprivate var requirement: JSONObject { isNone ? [:] : [name: .strings(scopes)] }
}
