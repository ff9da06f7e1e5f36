"""The figures of the workshop in one typed record; the front step may replace any of them."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PhotoRules:
    """拍照规则: how much is taken in, how closely it is read, and what a worker process may use.

    `demo_prefixes` are region prefixes that no person holds; numbers under them count as valid only where a
    demonstration or a test names them here.
    """

    max_bytes: int = 15 * _MEBIBYTE
    # A phone's "108 million pixel" mode is 12032 x 9024. A JPEG of that size is decoded at a reduced scale,
    # which the other formats cannot do, so they are held to what a 50-million-pixel sensor gives (8192 x
    # 6144).
    max_jpeg_pixels: int = 110_000_000
    max_other_pixels: int = 51_000_000
    min_short_side: int = 320
    page_side: int = 2000
    masked_side: int = 960
    jpeg_quality: int = 85
    demo_prefixes: tuple[str, ...] = ()
    workers: int = 2
    max_waiting: int = 16
    wait_seconds: float = 20.0
    start_seconds: float = 60.0
    read_seconds: float = 30.0
    cpu_seconds: int = 20
    memory_bytes: int = 2048 * _MEBIBYTE
    reads_per_worker: int = 500
