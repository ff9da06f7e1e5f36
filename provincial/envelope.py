"""The envelope (信封): how a request to the intake platform is sealed and signed.

The public traces show RSA blocks made with the caller's *private* key (PKCS #1 v1.5, type 1) and a signature beside
them. Sealing so proves who sent it and hides nothing: everybody with the public key can open it. Secrecy is TLS's part.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_SMALLEST_KEY = 2048
_PADDING = 11  # bytes of a block that PKCS #1 v1.5 takes for itself


class BadEnvelope(ValueError):
    """The envelope was not made with the key it should have been."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """信封: both parts of the request, in base64."""

    request: str
    sign: str


@dataclass(frozen=True, slots=True)
class SigningKey:
    """签名私钥: the county's RSA key; it never shows itself."""

    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: bytes, password: bytes | None = None) -> SigningKey:
        """Raises `ValueError` for what is no RSA key of at least 2048 bits, or another password's."""
        try:
            key = load_pem_private_key(pem, password)
        except (TypeError, UnsupportedAlgorithm) as fault:
            raise ValueError("the signing key cannot be read, or only with another password") from fault
        if not isinstance(key, RSAPrivateKey) or key.key_size < _SMALLEST_KEY:
            raise ValueError(f"the signing key must be an RSA key of at least {_SMALLEST_KEY} bits")
        return cls(key)

    def seal(self, content: bytes) -> Envelope:
        """The content in blocks as `request`, and a signature (SHA-256) of `request` as it is sent."""
        size = self.key.key_size // 8 - _PADDING
        blocks = (content[start : start + size] for start in range(0, len(content), size))
        sealed = b"".join(self.key.sign(block, PKCS1v15(), NoDigestInfo()) for block in blocks)
        request = b64encode(sealed)
        return Envelope(request.decode(), b64encode(self.key.sign(request, PKCS1v15(), SHA256())).decode())


def opened(envelope: Envelope, key: RSAPublicKey) -> bytes:
    """The content again; raises `BadEnvelope` unless both parts were made with the key's private half."""
    size = key.key_size // 8
    try:
        key.verify(b64decode(envelope.sign, validate=True), envelope.request.encode(), PKCS1v15(), SHA256())
        sealed = b64decode(envelope.request, validate=True)
        blocks = (sealed[start : start + size] for start in range(0, len(sealed), size))
        return b"".join(key.recover_data_from_signature(block, PKCS1v15(), None) for block in blocks)
    except (InvalidSignature, ValueError) as fault:
        raise BadEnvelope("the envelope does not fit the key") from fault
