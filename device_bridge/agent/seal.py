"""Encryption of what waits on the counter PC's disk: AES-256-GCM under a key file only its owner can read."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from pathlib import Path

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_OWNER_ONLY: Final = 0o600


class SealError(Exception):
    """The key file is unusable, or a sealed text was not sealed with this key for this purpose."""


class Seal:
    """Seals bytes for one purpose, so that no sealed row can be moved into the place of another."""

    def __init__(self, key: bytes) -> None:
        """Use a 32-byte key."""
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> Seal:
        """Read the key, making it on first use; raise ``SealError`` when others could read it."""
        if not path.exists():
            _write_new_key(path)
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & ~_OWNER_ONLY:
            message = f"{path.name} may be read by others; set its mode to 0600"
            raise SealError(message)
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            message = f"{path.name} must hold {_KEY_BYTES} bytes"
            raise SealError(message)
        return cls(key)

    def close(self, plain: bytes, purpose: str) -> bytes:
        """Return the sealed bytes; two seals of the same text differ."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what was sealed for ``purpose``, or raise ``SealError``."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except InvalidTag as broken:
            message = "the spool was sealed with another key, or has been altered"
            raise SealError(message) from broken


def _write_new_key(path: Path) -> None:
    """Make the key under another name and rename it: a half-written key would lock the spool for ever."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
