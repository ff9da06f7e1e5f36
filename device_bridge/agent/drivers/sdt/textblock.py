"""The 256-byte text block of a card: UTF-16LE, padded with spaces, one of four layouts.

The character at offset 248 tells the layout: a space for a resident card, ``J`` for the residence permit of
people from Hong Kong, Macau and Taiwan, ``I`` and ``Y`` for the 2017 and 2023 cards of foreign permanent
residents. Offsets below are bytes, as the public layout tables give them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from device_bridge.wire import CardKind, IdCardReading, Sex

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK_BYTES: Final = 256
ADDRESS_BYTES: Final = 70
_KIND_AT = slice(248, 250)
_DAY_DIGITS = 8
_ENDLESS = "长期"
SEX_OF = {"0": Sex.UNKNOWN, "1": Sex.MALE, "2": Sex.FEMALE, "9": Sex.UNSTATED}
# GB/T 3304 numbers the fifty-six nations without gaps, so the place in these rows is the code.
_NATION_ROWS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳",
    "佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米",
    "塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺",
)
NATION_OF = {f"{code:02d}": name for code, name in enumerate(" ".join(_NATION_ROWS).split(), start=1)} | {
    "97": "其他",
    "98": "外国血统中国籍人士",
}


class UnreadableText(ValueError):
    """The program cannot vouch for the block; ``field`` names the place and never quotes what stood there."""

    def __init__(self, field: str) -> None:
        """Remember which field was wrong."""
        super().__init__(field)
        self.field = field


def decode_block(block: bytes) -> IdCardReading:
    """Return what the card says, or raise ``UnreadableText``."""
    if len(block) != BLOCK_BYTES:
        raise UnreadableText("length")
    text = _Text(block)
    layout = _LAYOUTS.get(text.at(_KIND_AT, "kind"))
    if layout is None:
        raise UnreadableText("kind")
    return layout(text)


def decode_address(body: bytes) -> str:
    """Return the newest appended address (更新住址), or raise ``UnreadableText``."""
    if len(body) != ADDRESS_BYTES:
        raise UnreadableText("newest_address")
    return _Text(body).at(slice(0, ADDRESS_BYTES), "newest_address")


class _Text:
    """A block read by byte offsets; strips the padding only, because names may hold inner spaces."""

    def __init__(self, block: bytes) -> None:
        self._block = block

    def at(self, place: slice, field: str, *overflow: slice) -> str:
        try:
            whole = b"".join(self._block[part] for part in (place, *overflow))
            return whole.decode("utf-16-le").rstrip(" \0")
        except UnicodeDecodeError as broken:
            raise UnreadableText(field) from broken

    def needed(self, place: slice, field: str) -> str:
        text = self.at(place, field)
        if not text:
            raise UnreadableText(field)
        return text

    def day(self, place: slice, field: str) -> date:
        digits = self.at(place, field)
        if len(digits) != _DAY_DIGITS or not (digits.isascii() and digits.isdigit()):
            raise UnreadableText(field)
        try:
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError as impossible:
            raise UnreadableText(field) from impossible

    def last_day(self, place: slice, field: str) -> date | None:
        return None if self.at(place, field) == _ENDLESS else self.day(place, field)

    def sex(self, place: slice) -> Sex:
        code = self.at(place, "sex")
        if code not in SEX_OF:
            raise UnreadableText("sex")
        return SEX_OF[code]


def _resident(text: _Text) -> IdCardReading:
    nation = text.at(slice(32, 36), "nation")
    if nation not in NATION_OF:
        raise UnreadableText("nation")
    return IdCardReading(
        kind=CardKind.RESIDENT,
        name=text.needed(slice(0, 30), "name"),
        sex=text.sex(slice(30, 32)),
        nation=NATION_OF[nation],
        birth=text.day(slice(36, 52), "birth"),
        address=text.at(slice(52, 122), "address"),
        number=text.needed(slice(122, 158), "number"),
        authority=text.at(slice(158, 188), "authority"),
        valid_from=text.day(slice(188, 204), "valid_from"),
        valid_to=text.last_day(slice(204, 220), "valid_to"),
    )


def _hmt_residence(text: _Text) -> IdCardReading:
    return IdCardReading(
        kind=CardKind.HMT_RESIDENCE,
        name=text.needed(slice(0, 30), "name"),
        sex=text.sex(slice(30, 32)),
        birth=text.day(slice(36, 52), "birth"),
        address=text.at(slice(52, 122), "address"),
        number=text.needed(slice(122, 158), "number"),
        authority=text.at(slice(158, 188), "authority"),
        valid_from=text.day(slice(188, 204), "valid_from"),
        valid_to=text.last_day(slice(204, 220), "valid_to"),
        permit_number=text.at(slice(220, 238), "permit_number"),
        issue_count=text.at(slice(238, 242), "issue_count"),
    )


def _foreign_2017(text: _Text) -> IdCardReading:
    latin = text.needed(slice(0, 120), "latin_name")
    return IdCardReading(
        kind=CardKind.FOREIGN_2017,
        latin_name=latin,
        # Not every holder has chosen a Chinese name, yet a case needs something to call the person by.
        name=text.at(slice(158, 188), "name") or latin,
        sex=text.sex(slice(120, 122)),
        number=text.needed(slice(122, 152), "number"),
        nationality=text.at(slice(152, 158), "nationality"),
        valid_from=text.day(slice(188, 204), "valid_from"),
        valid_to=text.last_day(slice(204, 220), "valid_to"),
        birth=text.day(slice(220, 236), "birth"),
        authority=text.at(slice(240, 248), "authority"),
    )


def _foreign_2023(text: _Text) -> IdCardReading:
    latin = text.at(slice(52, 122), "latin_name", slice(220, 242))
    return IdCardReading(
        kind=CardKind.FOREIGN_2023,
        latin_name=latin,
        name=text.at(slice(0, 30), "name") or latin,
        sex=text.sex(slice(30, 32)),
        issue_count=text.at(slice(32, 36), "issue_count"),
        birth=text.day(slice(36, 52), "birth"),
        number=text.needed(slice(122, 158), "number"),
        valid_from=text.day(slice(188, 204), "valid_from"),
        valid_to=text.last_day(slice(204, 220), "valid_to"),
        nationality=text.at(slice(242, 248), "nationality"),
    )


_LAYOUTS: dict[str, Callable[[_Text], IdCardReading]] = {
    "": _resident,
    "J": _hmt_residence,
    "I": _foreign_2017,
    "Y": _foreign_2023,
}
