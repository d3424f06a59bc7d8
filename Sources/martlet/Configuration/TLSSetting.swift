/// Whether the server speaks TLS itself, and with whose certificate.
enum TLSSetting: Sendable, Equatable {
    /// Plain HTTP: TLS ends in front of the server, or there is none.
    case off
    /// A certificate that the server makes, for development.
    case selfSigned
    /// Paths of PEM files.
    case files(certificate: String, key: String)

    /// Throws `ConfigurationError` for settings that contradict each other or are for development alone.
    init(_ sources: ConfigurationSources, isDevelopment: Bool) throws(ConfigurationError) {
        let name = sources.text("tls")?.lowercased() ?? "off"
        guard name == "off" || name == "self-signed" else {
            throw ConfigurationError(
                "--tls must be off or self-signed, not \(name.quoted); "
                    + "for a certificate of yours set --tls-certificate and --tls-key"
            )
        }
        switch (sources.text("tls-certificate"), sources.text("tls-key")) {
        case (nil, nil): self = name == "off" ? .off : .selfSigned
        case (let certificate?, let key?): self = .files(certificate: certificate, key: key)
        case (nil, .some):
            throw ConfigurationError("--tls-key needs --tls-certificate: the PEM file of its certificates")
        case (.some, nil):
            throw ConfigurationError("--tls-certificate needs --tls-key: the PEM file of its private key")
        }
        guard name == "self-signed" else { return }
        guard self == .selfSigned else {
            throw ConfigurationError(
                "--tls self-signed and --tls-certificate exclude each other: take one of them away"
            )
        }
        guard isDevelopment else {
            throw ConfigurationError(
                "--tls self-signed is only for development: set --tls-certificate and --tls-key, or add --dev"
            )
        }
    }

    /// `https` when the server speaks TLS.
    var scheme: String { self == .off ? "http" : "https" }
}
