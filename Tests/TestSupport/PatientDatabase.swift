package import Storage

extension Database.Options {
    /// For tests, of which hundreds write at the same time, each with a database of its own: how long a write may wait is tested where
    /// it is decided, with the options of the server.
    package static var patient: Database.Options {
        var options = Database.Options()
        options.patience = .seconds(120)
        return options
    }
}
