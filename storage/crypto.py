"""What lies in the store is sealed: AES-256-GCM, or SM4-GCM (国密) by setting, under keys that can be rotated."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MASTER_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


class SealBroken(Exception):
    """Sealed bytes were changed, moved to another place, or sealed under a key this ring does not hold."""


class BadKeys(Exception):
    """The key file or setting cannot be read; the message names the fault, never a key."""


class Algorithm(StrEnum):
    """加密算法: what new seals are made with; either kind can always be opened."""

    AES = "aes"
    SM4 = "sm4"


class Purpose(StrEnum):
    """密钥用途: each has a key of its own, derived from the same master."""

    FIELDS = "fields"
    PAGES = "pages"
    CONVERSATIONS = "conversations"
    AUDIT = "audit"


@dataclass(frozen=True)
class KeyRing:
    """密钥环: master keys by id, the one new seals use, and the key of the look-up index, which never rotates."""

    current: str
    masters: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    algorithm: Algorithm = Algorithm.AES

    @classmethod
    def new(cls) -> KeyRing:
        """A ring with one fresh master key."""
        return cls("k1", {"k1": secrets.token_bytes(_MASTER_BYTES)}, secrets.token_bytes(_MASTER_BYTES))

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """The ring written by `dump`; raises `BadKeys`."""
        try:
            values = json.loads(text)
            masters = {
                str(name): base64.b64decode(key, validate=True) for name, key in values["keys"].items()
            }
            index = base64.b64decode(values["index"], validate=True)
            ring = cls(str(values["current"]), masters, index, Algorithm(values.get("algorithm", "aes")))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise BadKeys(f"密钥文件格式不对：{type(fault).__name__}") from None
        if ring.current not in masters or any(
            len(key) != _MASTER_BYTES for key in (*masters.values(), index)
        ):
            raise BadKeys("密钥文件不完整：当前密钥不存在，或密钥不是32字节")
        return ring

    def dump(self) -> str:
        """The ring as text, secrets included."""
        keys = {name: base64.b64encode(key).decode() for name, key in self.masters.items()}
        index = base64.b64encode(self.index).decode()
        values = {"current": self.current, "keys": keys, "index": index, "algorithm": self.algorithm.value}
        return json.dumps(values, indent=2)

    def rotated(self) -> KeyRing:
        """The same ring with a fresh current key; what the earlier keys sealed can still be opened."""
        name = f"k{len(self.masters) + 1}"
        return replace(self, current=name, masters={**self.masters, name: secrets.token_bytes(_MASTER_BYTES)})

    def derived(self, name: str, purpose: Purpose, length: int = _MASTER_BYTES) -> bytes:
        """The key of one purpose under one master; raises `SealBroken` for a master the ring does not hold."""
        master = self.masters.get(name)
        if master is None:
            raise SealBroken(f"没有编号为 {name} 的密钥")
        return HKDF(SHA256(), length, salt=None, info=f"jiujinban/{purpose}/{length}".encode()).derive(master)

    def look_up(self, text: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) under which a value can be found without being readable."""
        return hmac.new(self.index, text.encode(), hashlib.sha256).hexdigest()


def load_keys(path: Path) -> KeyRing:
    """The ring in a file; made on first use, readable by its owner alone, and whole even when two start at once."""
    if not path.exists():
        _write_once(path, KeyRing.new().dump())
    return KeyRing.parse(path.read_text("utf-8"))


def _write_once(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link fails when the name is taken, where a rename would throw the winner's keys away.
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()


@dataclass(frozen=True)
class Sealer:
    """Seals bytes for one purpose. A seal holds only at the place it was made for: `about` must be the same again."""

    keys: KeyRing
    purpose: Purpose

    def seal(self, plain: bytes, about: str) -> bytes:
        """algorithm, key id, nonce, ciphertext and tag, in that order."""
        name = self.keys.current
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = f"{self.keys.algorithm.value[0]}{name}.".encode()
        locked = self._lock(self.keys.algorithm, name).encrypt(nonce, plain, head + about.encode())
        return head + nonce + locked

    def open(self, sealed: bytes, about: str) -> bytes:
        """The bytes again; raises `SealBroken`."""
        head, dot, rest = sealed.partition(b".")
        algorithm = {b"a": Algorithm.AES, b"s": Algorithm.SM4}.get(head[:1])
        if algorithm is None or not dot:
            raise SealBroken("密文格式不对")
        lock = self._lock(algorithm, head[1:].decode("ascii", "replace"))
        try:
            return lock.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + dot + about.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(f"密文已损坏或不属于 {about.partition(':')[0]}") from None

    def seal_text(self, text: str, about: str) -> str:
        """Text sealed into text; nothing stays nothing."""
        return base64.urlsafe_b64encode(self.seal(text.encode(), about)).decode() if text else ""

    def open_text(self, sealed: str, about: str) -> str:
        """The text again; raises `SealBroken`."""
        return self.open(base64.urlsafe_b64decode(sealed), about).decode() if sealed else ""

    @cached_property
    def _locks(self) -> dict[tuple[Algorithm, str], AESGCM | _Sm4Gcm]:
        return {}

    def _lock(self, algorithm: Algorithm, name: str) -> AESGCM | _Sm4Gcm:
        lock = self._locks.get((algorithm, name))
        if lock is None:
            if algorithm is Algorithm.AES:
                lock = AESGCM(self.keys.derived(name, self.purpose))
            else:
                lock = _Sm4Gcm(self.keys.derived(name, self.purpose, _Sm4Gcm.KEY_BYTES))
            self._locks[algorithm, name] = lock
        return lock


class _Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/Counter mode, with the interface of `AESGCM`."""

    KEY_BYTES = 16

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, about: bytes) -> bytes:
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(about)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, locked: bytes, about: bytes) -> bytes:
        decryptor = Cipher(self._key, modes.GCM(nonce, locked[-_TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(about)
        return decryptor.update(locked[:-_TAG_BYTES]) + decryptor.finalize()
