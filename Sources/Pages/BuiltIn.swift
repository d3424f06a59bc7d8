/// What is made of the files in the binary. Tests make all of it, so nothing that somebody does can make it fail.
enum BuiltIn {
    /// What `make` makes of them.
    static func value<Value>(_ make: () throws -> Value) -> Value {
        do {
            return try make()
        } catch {
            fatalError("a file in the binary cannot be read: \(error)")
        }
    }
}
