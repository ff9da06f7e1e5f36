"""What a photograph costs: processor milliseconds per stage, beside merely decoding it with Pillow."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable
from io import BytesIO
from statistics import median

from PIL import Image

from materials.documents import read_fields
from materials.kinds import recognise
from materials.looking import measure
from materials.masking import masked_page
from materials.model import ImageFormat
from materials.ocr import CLOSER_LOOK, FIRST_LOOK, TextReader
from materials.opening import as_jpeg, open_photo
from materials.pool import PhotoReader
from materials.rules import PhotoRules
from materials.sniffing import sniff
from materials.workshop import read_photo
from tests.unit.materials.drawing import as_jpeg as phone_jpeg
from tests.unit.materials.drawing import id_card_front, on_a_table

_ROUNDS = 5
_PHONE_SIZE = (4000, 3000)
_IN_A_ROW = 8
_RULES = PhotoRules(demo_prefixes=("330000",))


def main() -> None:
    """Print the cost of each stage for a card in a photograph of 12 million pixels, then the throughput."""
    width, height = _PHONE_SIZE
    photo = phone_jpeg(on_a_table(id_card_front(), tilt=5).resize(_PHONE_SIZE, Image.Resampling.LANCZOS))
    print(
        f"a card in a photograph of {width}x{height}, {len(photo) / 1e6:.1f} MB: CPU ms, median of {_ROUNDS}"
    )
    for stage, milliseconds in _stages(photo):
        print(f"  {stage:<44}{milliseconds:8.1f}")
    asyncio.run(_throughput(photo))


def _stages(photo: bytes) -> list[tuple[str, float]]:
    reader = TextReader()
    reader.warm()
    picture = open_photo(photo, ImageFormat.JPEG, _RULES)
    page = reader.read(picture).page
    guess = recognise(page)
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    return [
        ("baseline: Pillow decode, nothing else", _cost(lambda: Image.open(BytesIO(photo)).load())),
        ("sniff, open, upright, shrink", _cost(lambda: open_photo(photo, sniff(photo), _RULES))),
        ("light, sharpness, glare", _cost(lambda: measure(picture))),
        (f"text, first look at {FIRST_LOOK} px", _cost(lambda: reader.read(picture, FIRST_LOOK))),
        (
            f"text, closer look at {CLOSER_LOOK} px (when incomplete)",
            _cost(lambda: reader.read(picture, CLOSER_LOOK)),
        ),
        ("text of a page lying on its side", _cost(lambda: reader.read(turned, FIRST_LOOK))),
        ("kind and fields", _cost(lambda: read_fields(recognise(page), page, _RULES))),
        ("clean JPEG", _cost(lambda: as_jpeg(picture, _RULES.jpeg_quality))),
        ("masked copy", _cost(lambda: as_jpeg(masked_page(picture, page, guess, _RULES.masked_side), 85))),
        ("all of it", _cost(lambda: read_photo(photo, reader, _RULES, expected_kind="id_card"))),
    ]


def _cost(stage: Callable[[], object]) -> float:
    """Processor milliseconds of a stage, the median of some rounds after one that is not counted."""
    stage()
    costs = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        stage()
        costs.append((time.process_time() - begun) * 1000)
    return median(costs)


async def _throughput(photo: bytes) -> None:
    async with PhotoReader(_RULES) as reader:
        begun = time.perf_counter()
        await reader.warm()
        ready = time.perf_counter() - begun
        begun = time.perf_counter()
        await asyncio.gather(*(reader.read(photo, expected_kind="id_card") for _ in range(_IN_A_ROW)))
        wall = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{_RULES.workers} workers: ready after {ready:.1f} s, {_IN_A_ROW / wall:.1f} photographs/s, ", end=""
    )
    print(f"largest worker {peak:.0f} MB")


if __name__ == "__main__":
    main()
