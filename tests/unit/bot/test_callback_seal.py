"""消息加解密: what the platforms' own samples sealed, byte for byte; and each way of being wrong beside the right one."""

from __future__ import annotations

import base64
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.callback_seal import BadSeal, CallbackSeal, Stamp, read_key, signature
from bot.channels.wechat_letters import Words, read_letter
from tests.unit.bot.at_once import at_once

VECTORS = tomllib.loads(Path(__file__).with_name("sealed_callbacks.toml").read_text("utf-8"))["sealed"]
SIGNED = [vector for vector in VECTORS if "signature" in vector]
KNOWN = [vector for vector in VECTORS if "plain" in vector]
MADE = [vector for vector in VECTORS if "random" in vector]
KEY = read_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
SEAL = CallbackSeal("spamtest", "wx2c2769f8efd9abc2", (KEY,))
STAMP = Stamp("1409735669", "1320562132")


def named(vector):
    """The vector's name, for a test's."""
    return vector["name"]


def seal_of(vector):
    """The seal of whoever made the vector."""
    return CallbackSeal(vector["token"], vector["receiver"], (read_key(vector["key"]),))


def stamp_of(vector):
    """The vector's timestamp and nonce."""
    return Stamp(vector["timestamp"], vector["nonce"])


def closed_by_hand(plain: bytes, key: bytes = KEY) -> str:
    """A ciphertext whose inside is whatever a scene wants, padding and all."""
    cipher = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain) + cipher.finalize()).decode()


def test_a_plain_call_is_signed_as_in_the_official_sample():
    """S1: token, timestamp and nonce, sorted, joined, SHA-1."""
    assert signature("test", Stamp("1410685589", "test")) == "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff"


@pytest.mark.parametrize("vector", SIGNED, ids=named)
def test_a_signature_over_a_ciphertext_is_theirs(vector):
    """The ciphertext is sorted in among the others."""
    seal_of(vector).check(vector["signature"], stamp_of(vector), vector["encrypted"])


@pytest.mark.parametrize("vector", KNOWN, ids=named)
def test_what_they_sealed_opens_byte_for_byte(vector):
    """Line breaks between the elements and Chinese included."""
    assert seal_of(vector).open(vector["encrypted"]) == vector["plain"].encode()


@pytest.mark.parametrize("vector", MADE, ids=named)
def test_what_we_seal_is_what_they_would_have_sealed(vector):
    """With the same 16 bytes of chance the ciphertext is the same."""
    sealed = seal_of(vector).close(vector["plain"].encode(), random=vector["random"].encode())

    assert sealed == vector["encrypted"]


def test_a_letter_of_the_samples_reads_as_what_was_typed():
    """D, whose plain text is on record in parts only."""
    (vector,) = (vector for vector in VECTORS if vector["name"] == "D message")

    assert isinstance(read_letter(seal_of(vector).open(vector["encrypted"])).content, Words)


def test_an_event_under_a_key_of_zeros_opens_whole():
    """E: 292 bytes of a debug_demo event."""
    (vector,) = (vector for vector in VECTORS if vector["name"].startswith("E event"))

    opened = seal_of(vector).open(vector["encrypted"])

    assert len(opened) == 292
    assert b"debug_demo" in opened
    assert b"hello world" in opened


@pytest.mark.parametrize("vector", SIGNED, ids=named)
@pytest.mark.parametrize(
    "spoilt",
    [
        lambda v: {**v, "token": v["token"] + "x"},
        lambda v: {**v, "timestamp": str(int(v["timestamp"]) + 1)},
        lambda v: {**v, "nonce": v["nonce"] + "0"},
        lambda v: {**v, "encrypted": "A" + v["encrypted"][1:] if v["encrypted"][0] != "A" else "B"},
        lambda v: {**v, "signature": v["signature"][:-1] + ("0" if v["signature"][-1] != "0" else "1")},
        lambda v: {**v, "signature": ""},
        lambda v: {**v, "signature": v["signature"].upper() + "汉\ud800"},
    ],
    ids=["token", "timestamp", "nonce", "changed byte", "last digit", "none", "no hex at all"],
)
def test_one_thing_different_is_a_wrong_signature(vector, spoilt):
    """Each twin of a good call is refused."""
    other = spoilt(vector)

    with pytest.raises(BadSeal, match="signature"):
        seal_of(other).check(other["signature"], stamp_of(other), other["encrypted"])


@pytest.mark.parametrize("vector", KNOWN, ids=named)
def test_what_was_meant_for_another_account_stays_closed(vector):
    """The same key at another account of the same office."""
    with pytest.raises(BadSeal, match="another receiver"):
        replace(seal_of(vector), receiver="wx0000000000000000").open(vector["encrypted"])


@pytest.mark.parametrize("vector", KNOWN, ids=named)
def test_a_wrong_key_opens_nothing(vector):
    """Not even by chance of a padding that looks right."""
    with pytest.raises(BadSeal):
        replace(seal_of(vector), keys=(read_key("Z" * 43),)).open(vector["encrypted"])


def test_while_a_key_is_changed_both_open_and_the_new_one_seals():
    """What was on its way when the key changed still arrives."""
    new = read_key("Z" * 43)
    before, changing, after = SEAL, replace(SEAL, keys=(new, KEY)), replace(SEAL, keys=(new,))

    assert changing.open(before.close(b"old")) == b"old"
    assert after.open(changing.close(b"new")) == b"new"
    with pytest.raises(BadSeal):
        after.open(before.close(b"old"))


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "AAAA",
        "汉字",
        "*" * 64,
        "A" * 64,
        closed_by_hand(b"\x00" * 32),
        closed_by_hand(b"x" * 31 + b"\x21"),
        closed_by_hand(b"x" * 16 + b"\xff\xff\xff\xff" + b"y" * 11 + b"\x01"),
        closed_by_hand(b"\x20" * 32),
    ],
    ids=[
        "nothing",
        "three bytes",
        "no base64",
        "no letters",
        "no padding",
        "pad 0",
        "pad 33",
        "length beyond the end",
        "a whole block of padding",
    ],
)
def test_what_is_no_sealed_message_is_refused(encrypted):
    """Whatever is in it, the answer is the same refusal and never a fault."""
    with pytest.raises(BadSeal):
        SEAL.open(encrypted)


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "汉" * 43, "a" * 42 + "-", "a" * 42 + " "])
def test_a_key_of_another_length_or_letters_is_no_key(text):
    """It stops start-up, so it must be found then."""
    with pytest.raises(ValueError, match="EncodingAESKey"):
        read_key(text)


def test_secrets_stay_out_of_a_traceback():
    """Neither token nor key is in the seal's picture of itself."""
    assert "spamtest" not in repr(SEAL)
    assert repr(KEY) not in repr(SEAL)


@given(st.binary(max_size=3000))
def test_every_message_comes_back_as_it_was(message):
    """Also an empty one and one that fills its block."""
    assert SEAL.open(SEAL.close(message)) == message


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: base64.b64encode(raw).decode()))
def test_any_text_is_opened_or_refused_at_once(encrypted):
    """In 20 ms, and never with a fault."""
    with at_once(), pytest.raises(BadSeal):
        SEAL.open(encrypted)
