"""Keys made by `cryptography`, and JWTs put together byte by byte, so that wrong ones can be made as easily as right ones."""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# JWK curve name: curve, JOSE algorithm, digest, bytes of a coordinate.
CURVES = {
    "P-256": (ec.SECP256R1(), "ES256", hashes.SHA256(), 32),
    "secp256k1": (ec.SECP256K1(), "ES256K", hashes.SHA256(), 32),
    "P-384": (ec.SECP384R1(), "ES384", hashes.SHA384(), 48),
    "P-521": (ec.SECP521R1(), "ES512", hashes.SHA512(), 66),
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


class ECKey:
    """An elliptic-curve key: `curve` is its JWK name."""

    def __init__(self, curve: str = "P-256"):
        self.curve = curve
        self.group, self.algorithm, self.digest, self.size = CURVES[curve]
        self.private = ec.generate_private_key(self.group)
        self.numbers = self.private.public_key().public_numbers()

    def hex(self, compressed: bool = False) -> str:
        """The SEC1 point in hex: `04…`, or `02…`/`03…` when compressed."""
        form = serialization.PublicFormat.CompressedPoint if compressed else serialization.PublicFormat.UncompressedPoint
        return self.private.public_key().public_bytes(serialization.Encoding.X962, form).hex()

    def ambiguous(self) -> bool:
        """Whether the compressed point is one on P-256 as well as on secp256k1: half of all x are on either."""
        point = bytes.fromhex(self.hex(compressed=True))
        fits = 0
        for group in (ec.SECP256R1(), ec.SECP256K1()):
            try:
                ec.EllipticCurvePublicKey.from_encoded_point(group, point)
                fits += 1
            except ValueError:
                pass
        return fits == 2

    @property
    def jwk(self) -> dict:
        x, y = (b64(n.to_bytes(self.size, "big")) for n in (self.numbers.x, self.numbers.y))
        return {"kty": "EC", "crv": self.curve, "x": x, "y": y}

    @property
    def private_jwk(self) -> dict:
        return {**self.jwk, "d": b64(self.private.private_numbers().private_value.to_bytes(self.size, "big"))}

    @property
    def thumbprint(self) -> str:
        """RFC 7638, SHA-256."""
        return b64(hashlib.sha256(canonical(self.jwk)).digest())

    @property
    def client_id(self) -> str:
        """RFC 9278: the name of the account's own key client."""
        return f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{self.thumbprint}"

    def sign_der(self, data: bytes) -> bytes:
        return self.private.sign(data, ec.ECDSA(self.digest))

    def sign(self, data: bytes) -> bytes:
        """The raw signature of RFC 7518 §3.4: r and s side by side."""
        r, s = decode_dss_signature(self.sign_der(data))
        return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")

    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def der(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )


class RSAKey:
    algorithm = "RS256"

    def __init__(self, bits: int = 2048):
        self.private = rsa.generate_private_key(65537, bits)

    @property
    def jwk(self) -> dict:
        numbers = self.private.public_key().public_numbers()
        octets = lambda n: n.to_bytes((n.bit_length() + 7) // 8, "big")
        return {"kty": "RSA", "n": b64(octets(numbers.n)), "e": b64(octets(numbers.e))}

    @property
    def thumbprint(self) -> str:
        return b64(hashlib.sha256(canonical(self.jwk)).digest())

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Ed25519Key:
    algorithm = "EdDSA"

    def __init__(self):
        self.private = ed25519.Ed25519PrivateKey.generate()

    @property
    def jwk(self) -> dict:
        raw = self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}

    @property
    def thumbprint(self) -> str:
        return b64(hashlib.sha256(canonical(self.jwk)).digest())

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data)


class SecretKey:
    """A shared secret as an HMAC key: `client_secret_jwt`, and the confusion of algorithms."""

    algorithm = "HS256"

    def __init__(self, secret: bytes):
        self.secret = secret

    def sign(self, data: bytes) -> bytes:
        return hmac.new(self.secret, data, hashlib.sha256).digest()


def compact(header, payload, sign) -> str:
    """A compact JWS. `header` and `payload` are values or the very bytes; `sign` maps the signing input to a signature."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signing_input = f"{b64(head)}.{b64(body)}"
    return f"{signing_input}.{b64(sign(signing_input.encode()))}"


def peek(token: str, part: int = 1) -> dict:
    """The claims of a JWT (part 1) or its header (part 0), unverified."""
    return json.loads(unb64(token.split(".")[part]))
