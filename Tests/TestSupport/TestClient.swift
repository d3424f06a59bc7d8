package import OAuth

/// A client as its own side knows it: what it proves itself with.
package struct TestClient: Sendable {
    package let id: String
    package let method: ClientAuthenticationMethod
    /// The key of `private_key_jwt`, and of an account's key client.
    package let key: TestKey?
    /// The secret of the other methods.
    package let secret: String?

    package init(id: String, method: ClientAuthenticationMethod, key: TestKey? = nil, secret: String? = nil) {
        (self.id, self.method, self.key, self.secret) = (id, method, key, secret)
    }

    /// The client that a registered key of an account is.
    package init(keyOfAccount key: TestKey) {
        self.init(id: key.clientID, method: .privateKeyJWT, key: key)
    }
}
