import HTTPTypes
package import JOSE
package import Provider

/// The OpenAPI 3.1 document of the routes that describe themselves, so that it says what is mounted and nothing else.
package struct APIDocument: Sendable {
    /// Where the paths begin: the issuer without its path, for some documents lie before that.
    private let origin: String
    private let version: String
    private let described: [(route: Route, operation: Operation)]

    /// `version` is the one of the server.
    package init(_ routes: [Route], settings: Settings, version: String) {
        origin = String(settings.issuer.dropLast(settings.basePath.count))
        self.version = version
        let inOrder = routes.sorted { ($0.pattern, $0.method.rawValue) < ($1.pattern, $1.method.rawValue) }
        described = inOrder.flatMap { route in
            guard let operation = route.operation else { return [(route: Route, operation: Operation)]() }
            return [(route, Self.complete(operation, of: route))]
        }
    }

    /// All operations, with the replies that they did not have to name.
    package var operations: [Operation] { described.map(\.operation) }

    /// The operations of a route: its own and, for a document, what HEAD gives (RFC 9110 §9.3.2).
    private static func methods(_ route: Route, _ operation: Operation) -> [(name: String, operation: Operation)] {
        let own = (route.method.rawValue.lowercased(), operation)
        return route.isPublicDocument ? [own, ("head", operation.withoutBodies)] : [own]
    }

    /// The document.
    package var json: JSON {
        [
            "openapi": "3.1.1",
            "info": [
                "title": "Martlet",
                "summary": "An OAuth 2.0 authorization server and OpenID provider.",
                "version": .string(version),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
            "servers": [["url": .string(origin)]],
            "tags": .array(tags),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "responses": .object(shared.components),
                "headers": .object([Operation.Field.requestID.name: .object(Operation.Field.requestID.json)]),
                "securitySchemes": .object(securitySchemes),
            ],
        ]
    }

    private var tags: [JSON] {
        var faces: [String: Face] = [:]
        for operation in operations { faces[operation.face.name] = operation.face }
        return faces.values.sorted { $0.name < $1.name }
            .map { ["name": .string($0.name), "description": .string($0.summary)] }
    }

    private var paths: JSONObject {
        let shared = shared
        var paths = JSONObject()
        for (route, operation) in described {
            var item = paths[route.pattern]?.objectValue ?? [:]
            for method in Self.methods(route, operation) {
                var json = method.operation.json
                var responses = JSONObject()
                for reply in method.operation.replies { responses["\(reply.status)"] = shared.reference(to: reply) }
                json["responses"] = .object(responses)
                item[method.name] = .object(json)
            }
            paths[route.pattern] = .object(item)
        }
        return paths
    }

    private var shared: SharedReplies {
        SharedReplies(described.flatMap { Self.methods($0.route, $0.operation) }.map(\.operation))
    }

    private var schemas: JSONObject {
        var components: [String: JSONObject] = [:]
        for operation in operations {
            for schema in operation.schemas { components.merge(schema.components) { first, _ in first } }
        }
        return Self.object(components)
    }

    private var securitySchemes: JSONObject {
        var schemes: [String: JSONObject] = [:]
        for credential in operations.flatMap(\.credentials) where !credential.isNone {
            schemes[credential.name] = credential.scheme
        }
        return Self.object(schemes)
    }

    private static func object(_ members: [String: JSONObject]) -> JSONObject {
        var object = JSONObject()
        for name in members.keys.sorted() { object[name] = members[name].map { .object($0) } }
        return object
    }
}

extension APIDocument {
    /// Adds what the credentials bring and what the front door does to every request.
    private static func complete(_ operation: Operation, of route: Route) -> Operation {
        var replies = operation.credentials.flatMap { $0.replies(operation.face) }
        let content = Operation.Content.json(operation.face.refusal)
        if route.method != .get {
            replies += [
                .init(400, "The request is malformed.", content),
                .init(413, "The body has more than \(FrontDoor.bodyLimit) bytes.", content),
            ]
        }
        if operation.body != nil { replies.append(.init(415, "The body is compressed.", content)) }
        if !operation.parameters.isEmpty { replies.append(.init(400, "The request is malformed.", content)) }
        if !route.isPublicDocument {
            replies += [
                .init(500, "The server failed; its operator finds the reason under the X-Request-Id.", content),
                .init(503, "The server cannot do this at the moment.", content, fields: [.retryAfter]),
            ]
        }
        return operation.completed(by: replies)
    }
}
