package import HTTPTypes
package import JOSE
package import Provider

/// What came of a call: what the client sees, and what the operator is told.
package struct TestReply: Sendable {
    package let status: Int
    package let fields: HTTPFields
    package let body: [UInt8]
    /// For the operator's log; nil when nothing was refused.
    package let refusal: Refusal?

    package init(_ reply: Reply) {
        status = reply.status.code
        fields = reply.fields
        body = reply.body
        refusal = reply.refusal
    }

    /// The body, where it is a JSON object.
    package var json: JSONObject? { try? JSONObject.parse(body) }
    /// The string member of the body with this name.
    package subscript(name: String) -> String? { json?[name]?.stringValue }
    package var error: String? { self["error"] }
    /// The check that failed, by its name in the log.
    package var failedCheck: String? { refusal?.failed.check }

    /// The value of a field, all of them joined where there are more; nil when there is none.
    package func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }
}
