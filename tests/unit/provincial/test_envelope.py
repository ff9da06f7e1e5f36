"""Envelopes: what only the county can make, and everybody with its public key can open."""

from base64 import b64decode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from provincial.envelope import BadEnvelope, SigningKey, opened
from tests.unit.provincial.office import KEY

TOO_SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505 (to see it refused)


def pem(key: RSAPrivateKey | EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    """The key as a county keeps it."""
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


@pytest.mark.parametrize("size", [0, 1, 244, 245, 246, 490, 5000])
def test_what_was_sealed_opens_again_whatever_its_length(size):
    """One block, many, and the lengths between."""
    content = bytes(n % 256 for n in range(size))

    assert opened(KEY.seal(content), KEY.key.public_key()) == content


def test_the_sealed_blocks_are_the_ones_other_systems_open():
    """By the textbook: 00 01 FF… 00 and the content, raised to the public exponent."""
    content = "收件".encode()
    numbers = KEY.key.public_key().public_numbers()

    block = int.from_bytes(b64decode(KEY.seal(content).request))
    plain = pow(block, numbers.e, numbers.n).to_bytes(256)

    assert plain == b"\x00\x01" + b"\xff" * (256 - 3 - len(content)) + b"\x00" + content


@pytest.mark.parametrize("part", ["request", "sign"])
@pytest.mark.parametrize("forged", ["", "%%%", "AAAA"])
def test_a_forged_part_does_not_open(part, forged):
    """Changed on the way."""
    envelope = replace(KEY.seal(b"x" * 300), **{part: forged})

    with pytest.raises(BadEnvelope):
        opened(envelope, KEY.key.public_key())


def test_another_countys_envelope_does_not_open():
    """Sealed and signed, but not by us."""
    other = SigningKey(rsa.generate_private_key(65537, 2048))

    with pytest.raises(BadEnvelope):
        opened(other.seal(b"x"), KEY.key.public_key())


def test_a_key_is_read_from_its_file():
    """With its password, where it has one."""
    assert SigningKey.from_pem(pem(KEY.key)).key.private_numbers() == KEY.key.private_numbers()
    assert SigningKey.from_pem(pem(KEY.key, b"secret"), b"secret").key.key_size == 2048


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"", None),
        (b"no key", None),
        (pem(ec.generate_private_key(ec.SECP256R1())), None),
        (pem(TOO_SHORT), None),
        (pem(KEY.key, b"secret"), None),
        (pem(KEY.key, b"secret"), b"wrong"),
        (pem(KEY.key), b"secret"),
    ],
)
def test_what_is_no_good_key_stops_the_start(content, password):
    """Rather than the first case."""
    with pytest.raises(ValueError, match=r"."):
        SigningKey.from_pem(content, password)
