import JOSE
import Provider

/// The replies that more than one operation gives, which the document writes once.
struct SharedReplies {
    /// Under `components`, by name.
    let components: JSONObject
    private let names: [String: String]

    init(_ operations: [Operation]) {
        var uses: [String: Int] = [:]
        for operation in operations {
            for reply in operation.replies { uses[reply.text, default: 0] += 1 }
        }
        var (components, names) = (JSONObject(), [String: String]())
        for operation in operations {
            for reply in operation.replies where uses[reply.text] != 1 && names[reply.text] == nil {
                let name = Self.free("\(operation.face.name)\(reply.status)", in: components)
                names[reply.text] = name
                components[name] = .object(reply.json)
            }
        }
        (self.components, self.names) = (components, names)
    }

    /// The reply, or where it is written.
    func reference(to reply: Operation.Reply) -> JSON {
        guard let name = names[reply.text] else { return .object(reply.json) }
        return ["$ref": .string("#/components/responses/\(name)")]
    }

    private static func free(_ name: String, in components: JSONObject) -> String {
        guard components[name] != nil else { return name }
        let others = (2...).lazy.map { "\(name)-\($0)" }
        return others.first { components[$0] == nil } ?? name
    }
}

extension Operation.Reply {
    fileprivate var text: String { String(decoding: json.encoded(), as: UTF8.self) }
}
