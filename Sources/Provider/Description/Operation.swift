/// What the API document says of one route (OpenAPI 3.1 §4.8.10): who may call it, with what, and what comes back.
///
/// Replies that every route may give, and those that a credential brings with it, are not repeated here: the document adds them.
package struct Operation: Sendable {
    /// Its name in programs; no two routes share one.
    package private(set) var id: String
    /// One sentence for people.
    package let summary: String
    package let face: Face
    package private(set) var parameters: [Parameter] = []
    package private(set) var body: Body?
    /// Any one of these lets a caller in; none where everybody may call.
    package private(set) var credentials: [Credential] = []
    package private(set) var replies: [Reply] = []

    package init(_ id: String, _ summary: String, of face: Face) {
        self.id = id
        self.summary = summary
        self.face = face
    }

    /// A value outside the body.
    package struct Parameter: Sendable {
        package enum Place: String, Sendable {
            case path, query, header, cookie
        }

        package let place: Place
        package let name: String
        package let schema: JSONSchema
        package let isRequired: Bool
    }

    /// What a request carries: the same thing in one of several content types.
    package struct Body: Sendable {
        package let contents: [Content]
        package let isRequired: Bool
    }

    /// A content type and what is in it.
    package struct Content: Sendable {
        package let type: String
        package let schema: JSONSchema

        package init(type: String, schema: JSONSchema) {
            self.type = type
            self.schema = schema
        }

        package static func json(_ schema: JSONSchema) -> Content { Content(type: "application/json", schema: schema) }
        package static func form(_ schema: JSONSchema) -> Content {
            Content(type: RequestBody.formType, schema: schema)
        }
    }

    /// One status and what comes with it.
    package struct Reply: Sendable {
        package let status: Int
        package let description: String
        /// Nil where there is no body.
        package let content: Content?
        /// The header fields that it has beyond those of every reply.
        package let fields: [Field]

        package init(_ status: Int, _ description: String, _ content: Content?, fields: [Field] = []) {
            self.status = status
            self.description = description
            self.content = content
            self.fields = fields
        }
    }

    /// A header field of a reply.
    package struct Field: Sendable {
        package let name: String
        package let description: String
        package let schema: JSONSchema
        package let isRequired: Bool

        package init(_ name: String, _ description: String, _ schema: JSONSchema = .text(), isRequired: Bool = true) {
            self.name = name
            self.description = description
            self.schema = schema
            self.isRequired = isRequired
        }
    }
}

extension Operation.Field {
    /// When to try again, in seconds.
    package static let retryAfter = Self("Retry-After", "When to try again, in seconds.", .integer(1...Int64.max))
    package static let location = Self("Location", "Where to go on.", .text(format: "uri-reference"))
    package static let setCookie = Self("Set-Cookie", "The cookie, HttpOnly and Secure.")
}

extension Operation {
    /// A value of the path; `name` is the one in braces.
    package func path(_ name: String, _ schema: JSONSchema) -> Operation { parameter(.path, name, schema, true) }

    /// A value of the query.
    package func query(_ name: String, _ schema: JSONSchema, isRequired: Bool = false) -> Operation {
        parameter(.query, name, schema, isRequired)
    }

    /// A header field of the request.
    package func header(_ name: String, _ schema: JSONSchema, isRequired: Bool = false) -> Operation {
        parameter(.header, name, schema, isRequired)
    }

    /// A cookie that is no credential.
    package func cookie(_ name: String, _ schema: JSONSchema, isRequired: Bool = false) -> Operation {
        parameter(.cookie, name, schema, isRequired)
    }

    /// The request's body as JSON.
    package func taking(_ schema: JSONSchema, isRequired: Bool = true) -> Operation {
        taking([.json(schema)], isRequired: isRequired)
    }

    /// The request's body in one of several content types.
    package func taking(_ contents: [Content], isRequired: Bool = true) -> Operation {
        changed { $0.body = Body(contents: contents, isRequired: isRequired) }
    }

    /// Who may call: whoever has one of the credentials.
    package func guarded(by credentials: Credential...) -> Operation { changed { $0.credentials = credentials } }

    /// A reply with JSON.
    package func answering(
        _ status: Int,
        _ description: String,
        _ schema: JSONSchema,
        type: String = "application/json",
        fields: [Field] = []
    ) -> Operation {
        replying(Reply(status, description, Content(type: type, schema: schema), fields: fields))
    }

    /// 200 with JSON.
    package func answering(_ description: String, _ schema: JSONSchema, fields: [Field] = []) -> Operation {
        answering(200, description, schema, fields: fields)
    }

    /// 200 with a document that callers may keep, and 304 for those who have it.
    package func publishing(
        _ description: String,
        _ schema: JSONSchema,
        type: String = "application/json"
    ) -> Operation {
        answering(200, description, schema, type: type).answeringNothing(304, "The caller has it (If-None-Match).")
    }

    /// A reply without a body.
    package func answeringNothing(_ status: Int, _ description: String, fields: [Field] = []) -> Operation {
        replying(Reply(status, description, nil, fields: fields))
    }

    /// A refusal in the face's shape.
    package func refusing(_ status: Int, _ description: String, fields: [Field] = []) -> Operation {
        answering(status, description, face.refusal, fields: fields)
    }

    /// 429 in the face's shape, with `Retry-After`.
    package func limited(_ description: String) -> Operation { refusing(429, description, fields: [.retryAfter]) }

    /// This with the replies that it did not name, for a status at most one, in the order of statuses.
    package func completed(by others: [Reply]) -> Operation {
        let (named, added) = (
            Set(replies.map(\.status)), Dictionary(others.map { ($0.status, $0) }) { first, _ in first }
        )
        return replacing(
            (replies + added.values.filter { !named.contains($0.status) }).sorted { $0.status < $1.status }
        )
    }

    package func replacing(_ replies: [Reply]) -> Operation { changed { $0.replies = replies } }

    package func renamed(_ id: String) -> Operation { changed { $0.id = id } }

    private func replying(_ reply: Reply) -> Operation { changed { $0.replies.append(reply) } }

    private func parameter(
        _ place: Parameter.Place,
        _ name: String,
        _ schema: JSONSchema,
        _ isRequired: Bool
    ) -> Operation {
        changed { $0.parameters.append(Parameter(place: place, name: name, schema: schema, isRequired: isRequired)) }
    }

    private func changed(_ change: (inout Operation) -> Void) -> Operation {
        var operation = self
        change(&operation)
        return operation
    }
}
