"""The seal of callbacks (消息加解密): WeChat service accounts, WeCom and DingTalk sign and encrypt what they send alike.

A signature is the SHA-1 of token, timestamp, nonce and, where there is one, ciphertext, sorted and joined. A ciphertext is
AES-256-CBC over 16 random bytes, a big-endian length of four, the message, and the id of the receiver it was meant for.
Nothing here knows a clock or a network.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

_KEY_LETTERS = 43
_RANDOM = 16
_LENGTH = 4
_BLOCK = 16
# PKCS#7 over 32 bytes, where AES itself has 16: a pad of 17 to 32 is right here, and other unpadders refuse it.
_PADDED_TO_BITS = 256


class BadSeal(Exception):
    """It was not sealed for us with the token and key we share; `why` is for the operator and repeats nothing of it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Stamp:
    """签名参数: the timestamp and nonce of one call, as its query writes them."""

    timestamp: str
    nonce: str


def signature(token: str, stamp: Stamp, encrypted: str = "") -> str:
    """The signature in lower-case hex; an empty ciphertext is none."""
    parts = sorted((token, stamp.timestamp, stamp.nonce, encrypted))
    # What arrives in a query may hold half a surrogate pair; it is wrong, but it is no reason to fall over.
    joined = "".join(parts).encode("utf-8", "surrogatepass")
    # The platforms prescribe SHA-1. The token inside makes it a poor man's MAC; its collisions help nobody forge one.
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def read_key(text: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 letters; raises `ValueError` for anything else.

    The last letter may carry spare bits that are not zero: every key the platforms hand out was made at random.
    """
    if len(text) != _KEY_LETTERS:
        raise ValueError(f"an EncodingAESKey has {_KEY_LETTERS} letters, not {len(text)}")
    try:
        return base64.b64decode(f"{text}=".encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("an EncodingAESKey holds letters and digits only") from None


@dataclass(frozen=True, slots=True)
class CallbackSeal:
    """回调密封: opens what was sent to `receiver`, and seals what goes back.

    `keys` are the current one and, while a key is being changed, the one before it.
    """

    token: str = field(repr=False)
    receiver: str
    keys: Sequence[bytes] = field(repr=False)

    def check(self, given: str, stamp: Stamp, encrypted: str = "") -> None:
        """Pass, or raise `BadSeal`; takes as long for a signature that is nearly right as for one that is not at all."""
        right = signature(self.token, stamp, encrypted)
        if not hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass")):
            raise BadSeal("the signature is wrong")

    def open(self, encrypted: str) -> bytes:
        """The message, byte for byte; raises `BadSeal`. Check its signature first."""
        sealed = _decoded(encrypted)
        opened = (_message(_decrypted(sealed, key)) for key in self.keys)
        message, receiver = next((each for each in opened if each is not None), (None, b""))
        if message is None:
            raise BadSeal("no key of ours opens it")
        if not hmac.compare_digest(receiver, self.receiver.encode()):
            raise BadSeal("it was meant for another receiver")
        return message

    def close(self, message: bytes, *, random: bytes | None = None) -> str:
        """The message as a ciphertext under the current key; `random` (16 bytes) is for those who compare ciphertexts."""
        first = secrets.token_bytes(_RANDOM) if random is None else random
        plain = first + len(message).to_bytes(_LENGTH, "big") + message + self.receiver.encode()
        padder = PKCS7(_PADDED_TO_BITS).padder()
        cipher = _cipher(self.keys[0]).encryptor()
        sealed = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
        return base64.b64encode(sealed).decode("ascii")


def _decoded(encrypted: str) -> bytes:
    try:
        sealed = base64.b64decode(encrypted.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadSeal("the ciphertext is no base64") from None
    if not sealed or len(sealed) % _BLOCK:
        raise BadSeal("the ciphertext is no whole number of blocks")
    return sealed


def _decrypted(sealed: bytes, key: bytes) -> bytes:
    cipher = _cipher(key).decryptor()
    return cipher.update(sealed) + cipher.finalize()


def _cipher(key: bytes) -> Cipher[CBC]:
    # The first half of the key is the IV as well. It is their rule; the 16 random bytes in front make up for it.
    return Cipher(AES256(key), CBC(key[:_BLOCK]))


def _message(padded: bytes) -> tuple[bytes, bytes] | None:
    """Message and receiver, or None when the plain text makes no sense, as under a wrong key.

    Whoever gets here has shown that they know the token, so it gives nothing away which of the checks failed.
    """
    unpadder = PKCS7(_PADDED_TO_BITS).unpadder()
    try:
        plain = unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return None
    begin = _RANDOM + _LENGTH
    # A length beyond the end leaves no receiver, which is a wrong one.
    end = begin + int.from_bytes(plain[_RANDOM:begin], "big")
    return plain[begin:end], plain[end:]
