"""Made-up papers, drawn while the tests run: 样本 is written on each, and the numbers belong to nobody."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from intake.model.people import check_digit

NUMBER = "330000199003070029"
NAME = "张测试"
ADDRESS = "浙江省测试市样例县示范街道样板村1号"
_PAPER = (238, 243, 246)
_INK = (36, 30, 28)
_LABEL = (120, 78, 40)

# 400 x 336 px, black above and white below, with a GPS position: HEIC can be opened here but not written.
HEIC_HALVES = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAZhtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAABvAABAAAAAAAAAGAAAgAAAAACHAABAAAAAAAAAHAAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA12lwcnAAAAC4aXBjbwAAAHlodmNDAQNwAAAA"
    "kAAAAAAAP/AA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAP7oCQGEAAQAsQgEBA3AAAAMAkAAAAwAAAwA/oAyIBUWW"
    "6kkprm4CGgwIAAADAMgAAAMACEBiAAEAB0QBwXKwYkAAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAABkAAAAVAAAAAQ"
    "cGl4aQAAAAADCAgIAAAAF2lwbWEAAAAAAAAAAQABBIECAwQAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAANhtZGF0AAAAXCgB"
    "rxkxaLmpMPcB4E//8di8YrWIlgaBGANsLsaiyqdbvMDcC/JoAAB4QJS8BXgrOWY5yMIo6Q4AAAMAAIOAv4AAAAMAAAMAckAAAAMA"
    "AAMAAF3AAAADAAADABsQAAAABkV4aWYAAE1NACoAAAAIAAIBDwACAAAACgAAACaIJQAEAAAAAQAAADAAAAAAVGVzdFBob25lAAAC"
    "AAEAAgAAAAJOAAAAAAIABQAAAAMAAABOAAAAAAAAAB0AAAABAAAAAwAAAAEAAAAMAAAAAQ=="
)


def number(birth: str, sequence: int = 2, region: str = "330000") -> str:
    """A valid number that was never issued."""
    first = f"{region}{birth}{sequence:03}"
    return first + check_digit(first)


class Sheet:
    """A picture that is written on. OpenCV brings its own Chinese font, so no machine lacks one."""

    def __init__(self, width: int, height: int, colour: tuple[int, int, int] = _PAPER) -> None:
        self._pixels = np.full((height, width, 3), colour, np.uint8)
        self._font = cv2.FontFace("uni")

    def write(self, text: str, x: int, y: int, size: int = 44, colour: tuple[int, int, int] = _INK) -> None:
        """Text whose baseline starts at (x, y)."""
        cv2.putText(self._pixels, text, (x, y), colour, self._font, size, 500)

    def label(self, text: str, x: int, y: int, size: int = 34) -> None:
        """A printed label, in the card's colour."""
        self.write(text, x, y, size, _LABEL)

    @property
    def picture(self) -> Image.Image:
        """The sheet as a Pillow picture."""
        return Image.fromarray(self._pixels)


def id_card_front(
    name: str = NAME,
    id_number: str = NUMBER,
    address: str = ADDRESS,
    *,
    printed_birth: str = "1990 年 3 月 7 日",
) -> Image.Image:
    """The side with the person's data; no face and no emblem are drawn."""
    sheet = Sheet(1270, 800)
    sheet.label("姓 名", 80, 120)
    sheet.write(name, 200, 122)
    sheet.label("性 别", 80, 212)
    sheet.write("女", 200, 214)
    sheet.label("民 族", 330, 212)
    sheet.write("汉", 450, 214)
    sheet.label("出 生", 80, 302)
    sheet.write(printed_birth, 200, 304)
    sheet.label("住 址", 80, 392)
    for at in range(0, len(address), 11):
        sheet.write(address[at : at + 11], 200, 394 + at // 11 * 62)
    sheet.label("公民身份号码", 80, 702, 40)
    sheet.write(id_number, 420, 704, 54)
    sheet.write("样本", 930, 420, 96, (214, 208, 208))
    return sheet.picture


def id_card_back(until: str = "2040.01.01") -> Image.Image:
    """The side with the authority and the term."""
    sheet = Sheet(1270, 800)
    sheet.write("中华人民共和国", 430, 190, 70)
    sheet.write("居民身份证", 450, 330, 90)
    sheet.label("签发机关", 300, 600, 40)
    sheet.write("样例县公安局", 520, 600)
    sheet.label("有效期限", 300, 690, 40)
    sheet.write(f"2020.01.01-{until}", 520, 690)
    sheet.write("样本", 80, 420, 96, (214, 208, 208))
    return sheet.picture


def bank_card(digits: str = "6200 0000 0000 0000 059") -> Image.Image:
    """A bank card; 620000 is no bank's prefix."""
    sheet = Sheet(1270, 800, (150, 70, 60))
    white = (250, 250, 250)
    sheet.write("样例农商银行", 80, 130, 70, white)
    sheet.write("借记卡 样本", 900, 130, 40, white)
    sheet.write(digits, 100, 480, 76, white)
    sheet.write("银联 UnionPay", 880, 720, 50, white)
    return sheet.picture


def household_page(id_number: str = NUMBER) -> Image.Image:
    """A member's card of the household register."""
    sheet = Sheet(1400, 1000)
    sheet.write("常 住 人 口 登 记 卡", 400, 100, 60)
    rows = [
        (("姓    名", NAME), ("户主或与户主关系", "长女")),
        (("曾 用 名", ""), ("性    别", "女")),
        (("出 生 地", "浙江省样例县"), ("民    族", "汉族")),
        (("籍    贯", "浙江省样例县"), ("出生日期", "1990年3月7日")),
        (("公民身份号码", id_number), ("文化程度", "初中")),
        (("婚姻状况", "未婚"), ("兵役状况", "")),
        (("服务处所", "样本"), ("职    业", "")),
    ]
    for at, (left, right) in enumerate(rows):
        y = 220 + at * 104
        sheet.label(left[0], 60, y)
        sheet.write(left[1], 330, y, 40)
        sheet.label(right[0], 830, y)
        sheet.write(right[1], 1150, y, 40)
    return sheet.picture


def letter() -> Image.Image:
    """A page of print that is no document of any known kind."""
    sheet = Sheet(1000, 1400, (252, 252, 252))
    for at, line in enumerate(("样本", "我家门口的水沟堵了三天", "请派人来看一看", "谢谢大家")):
        sheet.write(line, 120, 200 + at * 130, 56)
    return sheet.picture


def portrait() -> Image.Image:
    """A head and shoulders as geometry: something without a word on it."""
    picture = Image.new("RGB", (600, 800), (90, 150, 220))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((190, 140, 410, 440), fill=(224, 190, 168))
    pen.rounded_rectangle((110, 470, 490, 900), 120, fill=(50, 60, 80))
    return picture


def on_a_table(card: Image.Image, *, tilt: float = 0.0, share: float = 0.8) -> Image.Image:
    """The card as a phone sees it: lying somewhat askew on a brown table."""
    table = Image.effect_noise((1600, 1200), 22).convert("RGB")
    table = Image.blend(table, Image.new("RGB", table.size, (96, 74, 52)), 0.7)
    width = round(1600 * share)
    small = card.resize((width, round(card.height * width / card.width)), Image.Resampling.LANCZOS)
    turned = small.convert("RGBA").rotate(tilt, expand=True, resample=Image.Resampling.BICUBIC)
    table.paste(turned, ((1600 - turned.width) // 2, (1200 - turned.height) // 2), turned)
    return table


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    """Out of focus."""
    return picture.filter(ImageFilter.GaussianBlur(radius))


def darkened(picture: Image.Image, light: float) -> Image.Image:
    """Taken with that share of the light."""
    return picture.point(lambda level: level * light)


def with_glare(picture: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """A lamp mirrored in the lamination."""
    shining = picture.copy()
    ImageDraw.Draw(shining).ellipse(box, fill="white")
    return shining


def as_jpeg(picture: Image.Image, *, orientation: int | None = None, gps: bool = False) -> bytes:
    """JPEG bytes as a phone writes them, with its orientation mark and, if asked, where it was taken."""
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    if gps:
        exif[0x010F] = "TestPhone"
        exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 3.0, 12.0), 3: "E", 4: (120.0, 26.0, 5.0)})
    out = BytesIO()
    picture.save(out, "JPEG", quality=90, exif=exif, comment=b"taken at home" if gps else b"")
    return out.getvalue()


def as_png(picture: Image.Image) -> bytes:
    """PNG bytes."""
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def as_webp(picture: Image.Image) -> bytes:
    """WebP bytes."""
    out = BytesIO()
    picture.save(out, "WEBP", quality=85)
    return out.getvalue()


def bomb_png(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to width x height pixels of black."""
    row = b"\x00" * (width // 8 + 1)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
