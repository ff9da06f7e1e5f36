"""Cards of people who do not exist, laid out as a real card lays out its text.

Every number begins with a region no person was ever registered in and ends with a right check digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from device_bridge.agent.drivers.sdt.textblock import ADDRESS_BYTES, BLOCK_BYTES, NATION_OF, SEX_OF
from device_bridge.wire import CardKind, IdCardReading, Sex

PHOTO: Final = bytes(range(256)) * 4
"""Stands where a card carries its photo, and is no more decodable than the real one."""


class Sample(StrEnum):
    """The cards that ship: a resident, an elder with a newer address, and the three other layouts."""

    RESIDENT = "resident"
    ELDER = "elder"
    HMT = "hmt"
    FOREIGN_2017 = "foreign-2017"
    FOREIGN_2023 = "foreign-2023"


@dataclass(frozen=True, slots=True)
class SimulatedCard:
    """A card as the reader sees it: printed text, and perhaps an address appended later."""

    reading: IdCardReading = field(repr=False)
    newest_address: str = field(default="", repr=False)
    photo: bytes = field(default=PHOTO, repr=False)


def encode_block(reading: IdCardReading) -> bytes:
    """Return the 256-byte text block of a card that says what ``reading`` says."""
    block = bytearray(" ".encode("utf-16-le") * (BLOCK_BYTES // 2))
    for offset, width, text in _LAYOUTS[reading.kind](reading):
        encoded = text.encode("utf-16-le")[:width]
        block[offset : offset + len(encoded)] = encoded
    return bytes(block)


def encode_address(address: str) -> bytes:
    """Return the 70 bytes of an appended address."""
    return address.ljust(ADDRESS_BYTES // 2).encode("utf-16-le")


def _common(reading: IdCardReading) -> list[tuple[int, int, str]]:
    return [
        (0, 30, reading.name),
        (30, 2, _SEX_CODE[reading.sex]),
        (36, 16, _day(reading.birth)),
        (122, 36, reading.number),
        *_validity(reading),
    ]


def _validity(reading: IdCardReading) -> list[tuple[int, int, str]]:
    until = "长期" if reading.valid_to is None else _day(reading.valid_to)
    return [(188, 16, _day(reading.valid_from)), (204, 16, until)]


def _resident(reading: IdCardReading) -> list[tuple[int, int, str]]:
    nation = (32, 4, _NATION_CODE[reading.nation])
    return [*_common(reading), nation, (52, 70, reading.address), (158, 30, reading.authority)]


def _hmt_residence(reading: IdCardReading) -> list[tuple[int, int, str]]:
    return [
        *_common(reading),
        (52, 70, reading.address),
        (158, 30, reading.authority),
        (220, 18, reading.permit_number),
        (238, 4, reading.issue_count),
        (248, 2, "J"),
    ]


def _foreign_2017(reading: IdCardReading) -> list[tuple[int, int, str]]:
    return [
        (0, 120, reading.latin_name),
        (120, 2, _SEX_CODE[reading.sex]),
        (122, 30, reading.number),
        (152, 6, reading.nationality),
        (158, 30, reading.name),
        *_validity(reading),
        (220, 16, _day(reading.birth)),
        (236, 4, "01"),
        (240, 8, reading.authority),
        (248, 2, "I"),
    ]


def _foreign_2023(reading: IdCardReading) -> list[tuple[int, int, str]]:
    first, rest = reading.latin_name[:35], reading.latin_name[35:]
    return [
        *_common(reading),
        (32, 4, reading.issue_count),
        (52, 70, first),
        (220, 22, rest),
        (242, 6, reading.nationality),
        (248, 2, "Y"),
        (250, 6, "000"),
    ]


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


_SEX_CODE = {sex: code for code, sex in SEX_OF.items()}
_NATION_CODE = {name: code for code, name in NATION_OF.items()}
_LAYOUTS = {
    CardKind.RESIDENT: _resident,
    CardKind.HMT_RESIDENCE: _hmt_residence,
    CardKind.FOREIGN_2017: _foreign_2017,
    CardKind.FOREIGN_2023: _foreign_2023,
}

SAMPLES: Final = {
    Sample.RESIDENT: SimulatedCard(
        IdCardReading(
            kind=CardKind.RESIDENT,
            name="张测试",
            sex=Sex.FEMALE,
            nation="汉",
            birth=date(1990, 3, 7),
            address="浙江省测试市样例县示范街道1号",
            number="330000199003070029",
            authority="样例县公安局",
            valid_from=date(2020, 1, 1),
            valid_to=date(2040, 1, 1),
        ),
    ),
    Sample.ELDER: SimulatedCard(
        IdCardReading(
            kind=CardKind.RESIDENT,
            name="李样例",
            sex=Sex.FEMALE,
            nation="畲",
            birth=date(1950, 5, 5),
            address="浙江省测试市样例县示范街道2号",
            number="330000195005050023",
            authority="样例县公安局",
            valid_from=date(2015, 6, 1),
            valid_to=None,
        ),
        newest_address="浙江省测试市样例县示范街道3号",
    ),
    Sample.HMT: SimulatedCard(
        IdCardReading(
            kind=CardKind.HMT_RESIDENCE,
            name="陈样例",
            sex=Sex.MALE,
            birth=date(1985, 6, 15),
            address="浙江省测试市样例县示范街道2号",
            number="810000198506150012",
            authority="样例县公安局",
            valid_from=date(2023, 6, 1),
            valid_to=date(2028, 6, 1),
            permit_number="H12345678",
            issue_count="01",
        ),
    ),
    Sample.FOREIGN_2017: SimulatedCard(
        IdCardReading(
            kind=CardKind.FOREIGN_2017,
            name="样例人",
            latin_name="SAMPLE, TEST PERSON",
            sex=Sex.MALE,
            birth=date(1980, 1, 1),
            number="CAN330000000001",
            nationality="CAN",
            authority="1500",
            valid_from=date(2020, 1, 1),
            valid_to=date(2030, 1, 1),
        ),
    ),
    Sample.FOREIGN_2023: SimulatedCard(
        IdCardReading(
            kind=CardKind.FOREIGN_2023,
            name="样例人",
            latin_name="SAMPLE, TEST PERSON",
            sex=Sex.MALE,
            birth=date(1980, 1, 1),
            number="933124198001010010",
            nationality="124",
            issue_count="01",
            valid_from=date(2023, 12, 1),
            valid_to=date(2033, 12, 1),
        ),
    ),
}
