"""Certificates for servers of the suite, and TLS connections that look at what they got."""

import datetime
import os
import socket
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def key_of(kind: str):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key({"ec": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[kind])


class Certificate:
    """A self-signed certificate for localhost and its key, in two files of `folder`."""

    def __init__(self, folder: Path, kind: str = "ec", name: str = "server", begins: int = -1, ends: int = 30):
        folder.mkdir(parents=True, exist_ok=True)
        self.key, self.serial = key_of(kind), x509.random_serial_number()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.timezone.utc)
        self.made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(self.key.public_key())
            .serial_number(self.serial).not_valid_before(now + begins * DAY).not_valid_after(now + ends * DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
            .sign(self.key, hashes.SHA256())
        )
        self.certificate, self.key_file = folder / f"{name}.pem", folder / f"{name}.key"
        self.write(self.certificate, self.key_file)

    def write(
        self, certificate: Path, key_file: Path, password: bytes | None = None, form=serialization.PrivateFormat.PKCS8
    ) -> None:
        """Puts both into these files, as a renewal does."""
        protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        pem = serialization.Encoding.PEM
        _replace(key_file, self.key.private_bytes(pem, form, protection))
        _replace(certificate, self.made.public_bytes(pem))

    @property
    def options(self) -> list[str]:
        return ["--tls-certificate", str(self.certificate), "--tls-key", str(self.key_file)]


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".draft")
    draft.touch(0o600)
    draft.write_bytes(data)
    os.replace(draft, path)


def trusting(certificate: Path | None = None, alpn: list[str] | None = None) -> ssl.SSLContext:
    """A client that believes this certificate; without one, any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if certificate:
        context.load_verify_locations(certificate)
    else:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


def connect(port: int, context: ssl.SSLContext, seconds: float = 5) -> ssl.SSLSocket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=seconds)
    try:
        return context.wrap_socket(raw, server_hostname="localhost")
    except BaseException:
        raw.close()
        raise


def serial_of(connection: ssl.SSLSocket) -> int:
    return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True)).serial_number
