"""What lies in the store is sealed: AES-256-GCM, or SM4-GCM (国密) by setting, under keys that can be rotated."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
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
    FINGERPRINT = "fingerprint"


@dataclass(frozen=True)
class KeyRing:
    """密钥环: master keys by id, the one new seals use, and the key of the look-up index, which never rotates.

    A ring that knows its `file` looks there for a key it does not hold: another process may have rotated since.
    """

    current: str
    masters: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    algorithm: Algorithm = Algorithm.AES
    file: Path | None = field(default=None, repr=False, compare=False)

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

    def rotated(self, algorithm: Algorithm | None = None) -> KeyRing:
        """The same ring with a fresh current key; what the earlier keys sealed can still be opened."""
        # Above the highest there is, also where one was taken out: a name must never mean two keys.
        numbered = (int(known[1:]) for known in self.masters if re.fullmatch(r"k\d+", known))
        name = f"k{max(numbered, default=0) + 1}"
        masters = {**self.masters, name: secrets.token_bytes(_MASTER_BYTES)}
        return replace(self, current=name, masters=masters, algorithm=algorithm or self.algorithm)

    def derived(self, name: str, purpose: Purpose, length: int = _MASTER_BYTES) -> bytes:
        """The key of one purpose under one master; raises `SealBroken` for a master the ring does not hold."""
        master = self.masters.get(name) or self._added_since(name)
        if master is None:
            raise SealBroken(f"没有编号为 {name} 的密钥")
        return HKDF(SHA256(), length, salt=None, info=f"jiujinban/{purpose}/{length}".encode()).derive(master)

    def look_up(self, text: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) under which a value can be found without being readable."""
        return hmac.new(self.index, text.encode(), hashlib.sha256).hexdigest()

    def fingerprints(self) -> dict[str, str]:
        """密钥指纹: a short mark of every key by its name; it tells rings apart and gives no key away."""
        marks = {name: self.derived(name, Purpose.FINGERPRINT)[:8].hex() for name in sorted(self.masters)}
        return {**marks, "index": self.look_up("fingerprint")[:16]}

    def _added_since(self, name: str) -> bytes | None:
        if self.file is None:
            return None
        return KeyRing.parse(self.file.read_text("utf-8")).masters.get(name)


def load_keys(path: Path) -> KeyRing:
    """The ring in a file; made on first use, readable by its owner alone, and whole even when two start at once."""
    if not path.exists():
        _write_once(path, KeyRing.new().dump())
    return replace(KeyRing.parse(path.read_text("utf-8")), file=path)


def rotate_keys(path: Path, algorithm: Algorithm | None = None) -> KeyRing:
    """Add a fresh current key to the ring in a file, in one step on the disk; raises `BadKeys`.

    A second rotation beside a running one is refused: one of the two new keys would be lost with what it sealed.
    """
    draft = path.with_name(f".{path.name}.rotating")
    try:
        ring = load_keys(path).rotated(algorithm)
        _write(draft, ring.dump())
    except FileExistsError:
        raise BadKeys(f"另一次轮换正在进行；确认没有之后删除 {draft.name} 再试") from None
    draft.replace(path)
    return ring


def _write_once(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write(draft, text)
    try:
        # A link fails when the name is taken, where a rename would throw the winner's keys away.
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _write(path: Path, text: str) -> None:
    """A new file for its owner alone, on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True)
class Sealer:
    """Seals bytes for one purpose. A seal holds only at the place it was made for: `about` must be the same again."""

    keys: KeyRing
    purpose: Purpose

    def seal(self, plain: bytes, about: str) -> bytes:
        """algorithm, key id, nonce, ciphertext and tag, in that order."""
        name = self.keys.current
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = _head(self.keys)
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

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the key and the algorithm that new seals are made with."""
        return sealed.startswith(_head(self.keys))

    def resealed(self, sealed: bytes, about: str) -> bytes | None:
        """The same content under the current key, None when it is there already; raises `SealBroken`."""
        return None if self.is_current(sealed) else self.seal(self.open(sealed, about), about)

    def resealed_text(self, sealed: str, about: str) -> str | None:
        """As `resealed`, for text; nothing stays nothing."""
        again = self.resealed(base64.urlsafe_b64decode(sealed), about) if sealed else None
        return None if again is None else base64.urlsafe_b64encode(again).decode()

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


def _head(keys: KeyRing) -> bytes:
    """What a new seal begins with."""
    return f"{keys.algorithm.value[0]}{keys.current}.".encode()


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
