import HTTPTypes
import Provider
import Testing

struct EndpointRequestTests {
    @Test(arguments: [
        ([], nil), (["a"], "a"), ([""], ""), (["a", "b"], "a, b"), (["a", "", "a"], "a, , a"),
    ])
    func `the fields of one name are one value`(values: [String], joined: String?) {
        var fields: HTTPFields = [.accept: "x"]
        for value in values {
            fields.append(HTTPField(name: .authorization, value: value))
            fields.append(HTTPField(name: .accept, value: "y"))
        }
        let request = EndpointRequest(path: "/", fields: fields, clientAddress: "127.0.0.1")
        #expect(request.value(of: .authorization) == joined)
        #expect(request.value(of: .authorization) == fields[.authorization])
    }
}
