"""Sealing: what was sealed is read by its keys alone, at its place alone."""

import base64
import json
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from storage.crypto import Algorithm, BadKeys, KeyRing, Purpose, SealBroken, Sealer, load_keys, rotate_keys

KEYS = KeyRing.new()


@pytest.fixture(params=list(Algorithm))
def sealer(request: pytest.FixtureRequest) -> Sealer:
    """Each algorithm in turn."""
    return Sealer(replace(KEYS, algorithm=request.param), Purpose.FIELDS)


def test_what_was_sealed_is_read_again(sealer: Sealer) -> None:
    """Bytes and text, and nothing stays nothing."""
    assert sealer.open(sealer.seal(b"\x00\xff", "here"), "here") == b"\x00\xff"
    assert sealer.open_text(sealer.seal_text("张奶奶", "here"), "here") == "张奶奶"
    assert sealer.open_text(sealer.seal_text("", "here"), "here") == ""


def test_the_same_text_is_sealed_differently_each_time(sealer: Sealer) -> None:
    """Two people with one telephone cannot be told from the file."""
    assert sealer.seal_text("13900000001", "here") != sealer.seal_text("13900000001", "here")


def test_every_changed_byte_is_noticed(sealer: Sealer) -> None:
    """Head, nonce, text and tag alike."""
    sealed = sealer.seal(b"text", "here")
    for place in range(len(sealed)):
        broken = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            sealer.open(broken, "here")


@pytest.mark.parametrize("length", range(20))
def test_a_cut_seal_is_noticed(sealer: Sealer, length: int) -> None:
    """However little is left of it."""
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(b"text", "here")[:length], "here")


def test_a_seal_holds_only_at_its_place_and_for_its_purpose(sealer: Sealer) -> None:
    """A field moved to another row, or a page read as a field, opens nowhere."""
    sealed = sealer.seal(b"text", "person.phone:1")
    with pytest.raises(SealBroken):
        sealer.open(sealed, "person.phone:2")
    with pytest.raises(SealBroken):
        Sealer(sealer.keys, Purpose.PAGES).open(sealed, "person.phone:1")


def test_each_algorithm_opens_what_the_other_sealed() -> None:
    """A county that changes to 国密 reads what it has."""
    aes = Sealer(KEYS, Purpose.FIELDS)
    sm4 = Sealer(replace(KEYS, algorithm=Algorithm.SM4), Purpose.FIELDS)
    assert sm4.open(aes.seal(b"old", "here"), "here") == b"old"
    assert aes.open(sm4.seal(b"new", "here"), "here") == b"new"


def test_after_a_rotation_the_old_is_read_and_the_new_is_sealed_anew() -> None:
    """The new ring opens both, the old ring only its own; look-ups stay as they were."""
    old, rotated = Sealer(KEYS, Purpose.FIELDS), Sealer(KEYS.rotated(), Purpose.FIELDS)
    assert rotated.open(old.seal(b"old", "here"), "here") == b"old"
    with pytest.raises(SealBroken):
        old.open(rotated.seal(b"new", "here"), "here")
    assert rotated.keys.look_up("number") == KEYS.look_up("number")


def test_what_an_earlier_key_sealed_is_sealed_anew_once(sealer: Sealer) -> None:
    """A second round over the same rows finds nothing to do; emptiness stays empty."""
    rotated = Sealer(sealer.keys.rotated(), Purpose.FIELDS)
    again = rotated.resealed_text(sealer.seal_text("张奶奶", "here"), "here")

    assert again is not None
    assert rotated.open_text(again, "here") == "张奶奶"
    assert rotated.resealed_text(again, "here") is None
    assert rotated.resealed_text("", "here") is None


def test_a_change_of_algorithm_counts_as_not_current() -> None:
    """A county that changes to 国密 reseals under the same command."""
    sealed = Sealer(KEYS, Purpose.FIELDS).seal(b"text", "here")
    changed = Sealer(replace(KEYS, algorithm=Algorithm.SM4), Purpose.FIELDS)
    assert not changed.is_current(sealed)


def test_a_rotation_in_the_file_reaches_the_rings_in_use(tmp_path: Path) -> None:
    """The server that has not been restarted yet reads what the restarted one has sealed."""
    file = tmp_path / "keys.json"
    running = Sealer(load_keys(file), Purpose.FIELDS)
    ring = rotate_keys(file, Algorithm.SM4)

    sealed = Sealer(load_keys(file), Purpose.FIELDS).seal_text("新的", "here")

    assert (ring.current, ring.algorithm) == ("k2", Algorithm.SM4)
    assert running.open_text(sealed, "here") == "新的"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["keys.json"]


def test_two_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    """The second is refused while the first has not finished."""
    file = tmp_path / "keys.json"
    before = load_keys(file)
    (tmp_path / ".keys.json.rotating").touch()
    with pytest.raises(BadKeys, match="另一次轮换"):
        rotate_keys(file)
    assert load_keys(file) == before


def test_a_name_is_never_given_to_two_keys() -> None:
    """The operator took the oldest key out of the file by hand."""
    ring = KEYS.rotated()
    shorter = replace(ring, masters={"k2": ring.masters["k2"]})
    assert shorter.rotated().current == "k3"


def test_fingerprints_tell_rings_apart_and_give_no_key_away() -> None:
    """A backup says which keys it needs, to whoever finds it."""
    marks = KEYS.fingerprints()
    assert sorted(marks) == ["index", "k1"]
    assert marks == KEYS.fingerprints() != KeyRing.new().fingerprints()
    assert KEYS.masters["k1"].hex()[:16] not in json.dumps(marks)


def test_the_look_up_hash_needs_the_key() -> None:
    """All ID numbers of a county can be counted through; without the key that finds nobody."""
    assert KEYS.look_up("number") != KeyRing.new().look_up("number")


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    """The first start makes the file, the second reads it."""
    file = tmp_path / "state" / "keys.json"
    assert load_keys(file) == load_keys(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in file.parent.iterdir()] == ["keys.json"]


def test_two_starts_at_once_agree_on_one_ring(tmp_path: Path) -> None:
    """Neither throws away the keys the other has already sealed with."""
    file, together, rings = tmp_path / "keys.json", threading.Barrier(8), list[KeyRing]()

    def start() -> None:
        together.wait()
        rings.append(load_keys(file))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(rings) == 8
    assert all(ring == rings[0] for ring in rings)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"current": "k1", "keys": {}, "index": ""}',
        '{"current": "k1", "keys": {"k1": "c2hvcnQ="}, "index": "c2hvcnQ="}',
        '{"current": "k1", "keys": {"k1": "not base64!"}, "index": ""}',
        KEYS.dump().replace('"aes"', '"rot13"'),
        KEYS.dump().replace('"current": "k1"', '"current": "k9"'),
    ],
)
def test_a_broken_key_file_stops_the_start(text: str) -> None:
    """With a sentence that holds no key."""
    with pytest.raises(BadKeys) as fault:
        KeyRing.parse(text)
    assert base64.b64encode(KEYS.index).decode() not in str(fault.value)


def test_keys_do_not_show_in_a_log() -> None:
    """A ring in a traceback names its keys and no more."""
    told = repr(KEYS) + repr(Sealer(KEYS, Purpose.FIELDS))
    assert "k1" in told
    assert repr(KEYS.masters["k1"]) not in told
    assert repr(KEYS.index) not in told
