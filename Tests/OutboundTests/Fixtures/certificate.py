"""A TLS context with a self-signed certificate that is made on the spot."""

import ssl
import subprocess

AUTHORITY = """
[ca]
default_ca = own
[own]
database = {folder}/index
new_certs_dir = {folder}
policy = any
rand_serial = yes
default_md = sha256
[any]
commonName = supplied
"""


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def self_signed(folder, names, expired=False):
    """Return the context and the path of the certificate, for `names` (as in subjectAltName); valid, or not any longer."""
    key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
    new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=fixture", "-keyout", key]
    if expired:
        for name, text in [("index", ""), ("ca", AUTHORITY.format(folder=folder)), ("names", f"subjectAltName={names}\n")]:
            with open(f"{folder}/{name}", "w") as file:
                file.write(text)
        openssl(*new, "-new", "-out", f"{folder}/request.pem")
        openssl(
            "ca", "-batch", "-selfsign", "-notext", "-config", f"{folder}/ca", "-extfile", f"{folder}/names",
            "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
            "-keyfile", key, "-in", f"{folder}/request.pem", "-out", certificate,
        )
    else:
        openssl(*new, "-x509", "-days", "2", "-addext", f"subjectAltName={names}", "-out", certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context, certificate
