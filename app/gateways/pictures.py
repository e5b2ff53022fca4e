"""Pictures that people send in: typed by content, bounded, decoded, re-encoded, measured (I01 to I10).

Nothing of the file that came in is kept: what is stored is drawn anew from the pixels, without EXIF, comments,
colour profiles, further frames or bytes behind the end. A file that is a picture and a script at once ends here.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from typing import Final

import filetype
from PIL import Image, ImageOps

from app.gateways.fingerprints import is_blank, orientations, sharpness, spread
from app.rules.calendar import SHANGHAI
from app.rules.late import late
from app.rules.refused import Refused

zxingcpp = late("zxingcpp")

MAX_PIXELS: Final = 40_000_000
THUMB_SIDE: Final = 320
BLURRED_BELOW: Final = 25.0

# Pillow warns above this number and raises above twice as many; both end as "picture_too_many_pixels".
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_FORMATS: Final = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_MIMES: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_SAVE: Final[dict[str, dict[str, int]]] = {
    "jpg": {"quality": 90},
    "png": {"compress_level": 6},
    "webp": {"quality": 90},
}
_SAME_EXTENSION: Final = {"jpeg": "jpg", "jpe": "jpg"}

# What Pillow's decoders raise on damaged or hostile input (its own errors derive from OSError).
_BROKEN: Final = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip
_BOMB: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_EXIF_IFD: Final = 0x8769
_GPS_IFD: Final = 0x8825
_DATE_TAKEN: Final = 36867
_DATE_CHANGED: Final = 306

_CODE_SIDE: Final = 2400  # longer side on which codes are looked for: bounds the time spent on a huge picture
_CODE_TEXT: Final = 300


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A QR or bar code in the picture: its symbology and the first 300 characters of its text."""

    symbology: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be stored, with what the checks need to know. `data` is the re-encoded file.

    `sha256` is that of `data`, `source_sha256` that of the file as it came. `turned` holds the perceptual hash in
    all eight orientations. `blank`: nothing is on it, so that its hash says nothing (I06). `taken_at` is the
    camera's clock, read as China time.
    """

    data: bytes
    mime: str
    ext: str
    width: int
    height: int
    sha256: str
    source_sha256: str
    phash: int
    turned: tuple[int, ...]
    spread: float
    blank: bool
    sharpness: float
    had_gps: bool
    taken_at: datetime | None
    codes: tuple[FoundCode, ...]
    thumb: bytes

    @property
    def blurred(self) -> bool:
        """Probably out of focus (I06); a blank picture is blank, not blurred."""
        return not self.blank and self.sharpness < BLURRED_BELOW

    @property
    def short_side(self) -> int:
        """Pixels of the shorter side (I06, U11)."""
        return min(self.width, self.height)

    def taken_after(self, moment: datetime) -> bool:
        """Whether the camera's date lies in the future of an aware `moment` (I10)."""
        return self.taken_at is not None and self.taken_at > moment


def inspect(
    data: bytes, declared_name: str, *, limit_bytes: int, allowed: tuple[str, ...] = ("jpg", "png", "webp")
) -> Picture:
    """The picture in a file, re-encoded.

    Raises Refused, field "file": "picture_too_big" (limit, size), "picture_type" (real, declared),
    "picture_too_many_pixels" (limit), "picture_broken".
    """
    if len(data) > limit_bytes:
        raise Refused("picture_too_big", field="file", limit=limit_bytes, size=len(data))
    ext = _real_type(data, declared_name, allowed)
    opened = _opened(data, ext)
    had_gps, taken_at = _camera(opened)
    drawn = _drawn(opened)
    flat = _flat(drawn)
    encoded = _encoded(drawn, ext)
    turned = orientations(flat)
    return Picture(
        data=encoded,
        mime=_MIMES[ext],
        ext=ext,
        width=drawn.width,
        height=drawn.height,
        sha256=hashlib.sha256(encoded).hexdigest(),
        source_sha256=hashlib.sha256(data).hexdigest(),
        phash=turned[0],
        turned=turned,
        spread=spread(flat),
        blank=is_blank(flat),
        sharpness=sharpness(flat),
        had_gps=had_gps,
        taken_at=taken_at,
        codes=_codes(flat),
        thumb=_thumb(drawn),
    )


def _real_type(data: bytes, declared_name: str, allowed: tuple[str, ...]) -> str:
    """The type by content, which must be allowed and be the one the name claims."""
    kind = filetype.guess(data)
    real = kind.extension if kind else "unknown"
    suffix = PurePath(declared_name).suffix.lower().removeprefix(".")
    declared = _SAME_EXTENSION.get(suffix, suffix)
    if real not in allowed or real not in _FORMATS or real != declared:
        raise Refused("picture_type", field="file", real=real, declared=declared[:10], allowed=", ".join(allowed))
    return real


def _opened(data: bytes, ext: str) -> Image.Image:
    """The decoded first frame. The size in the header is judged before a single pixel is decoded."""
    try:
        checked = Image.open(BytesIO(data), formats=(_FORMATS[ext],))
        if checked.width * checked.height > MAX_PIXELS:
            raise Refused("picture_too_many_pixels", field="file", limit=MAX_PIXELS)
        checked.verify()
        image = Image.open(BytesIO(data), formats=(_FORMATS[ext],))
        image.load()
    except _BOMB as error:
        raise Refused("picture_too_many_pixels", field="file", limit=MAX_PIXELS) from error
    except _BROKEN as error:
        raise Refused("picture_broken", field="file") from error
    return image


def _camera(image: Image.Image) -> tuple[bool, datetime | None]:
    """Whether the camera wrote a place, and its date. Damaged EXIF says nothing: it is dropped anyway."""
    try:
        exif = image.getexif()
        had_gps = bool(exif.get_ifd(_GPS_IFD))
        written = exif.get_ifd(_EXIF_IFD).get(_DATE_TAKEN) or exif.get(_DATE_CHANGED)
        if not written:
            return had_gps, None
        return had_gps, datetime.strptime(str(written).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except _BROKEN:
        return False, None


def _drawn(image: Image.Image) -> Image.Image:
    """The pixels upright, in a mode every browser shows, with nothing else attached."""
    try:
        upright = ImageOps.exif_transpose(image)
    except _BROKEN:
        upright = image
    transparent = upright.has_transparency_data
    clean = upright.convert("RGBA" if transparent else "RGB")
    clean.info.clear()  # comments and profiles would be written again
    return clean


def _flat(image: Image.Image) -> Image.Image:
    """On white: what a viewer sees of a transparent picture."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encoded(image: Image.Image, ext: str) -> bytes:
    out = BytesIO()
    image.save(out, _FORMATS[ext], **_SAVE[ext])
    return out.getvalue()


def _thumb(image: Image.Image) -> bytes:
    """WebP of at most 320 pixels a side."""
    small = image.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    out = BytesIO()
    small.save(out, "WEBP", quality=80)
    return out.getvalue()


def _codes(image: Image.Image) -> tuple[FoundCode, ...]:
    """QR and bar codes (I08); WeChat's round mini-programme codes have no public decoder."""
    seen = image
    if max(image.size) > _CODE_SIDE:
        seen = image.copy()
        seen.thumbnail((_CODE_SIDE, _CODE_SIDE))
    found = zxingcpp.read_barcodes(seen.convert("L"))
    return tuple(FoundCode(str(code.format), code.text[:_CODE_TEXT]) for code in found)
