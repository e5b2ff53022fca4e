"""What a picture looks like, in numbers: perceptual hash, spread of colours, sharpness (I06, I07).

The hash is the 64-bit DCT hash (pHash): 32 x 32 grey points, the 8 x 8 lowest frequencies, one bit each for
"above the median". Measured distances: re-encoded, half size, grey 0; label in a corner 2; cropped by 5 % 12;
another picture 26 and more. So up to NEAR is a duplicate, up to SIMILAR worth a look.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageFilter

from app.rules.late import late

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = late("numpy")

NEAR: Final = 6
SIMILAR: Final = 12
SHADED_BELOW: Final = 25.0  # spread of colours that light falling on empty paper makes
FAINTEST: Final = 24.0  # steps of grey by which a mark on paper stands out from what is around it
LEAST_MARKED: Final = 0.0005  # of a page: less than a stroke of a pen

_SIDE: Final = 32
_LOW: Final = 8
_MASK: Final = (1 << 64) - 1
_AROUND: Final = 12  # points of the look that count as what is around a mark
_LOOK: Final = 512  # the longer side on which spread and sharpness are measured, so that they compare


@cache
def _dct() -> NDArray[np.float64]:
    """Rows: the lowest frequencies of DCT-II, unscaled."""
    angles = np.pi * np.arange(_LOW)[:, None] * (2 * np.arange(_SIDE)[None, :] + 1) / (2 * _SIDE)
    return np.cos(angles)


def phash(image: Image.Image) -> int:
    """The hash as a signed 64-bit integer, as a bigint column holds it. Blank pictures hash by chance: exclude them."""
    return _hash(_small(image))


def orientations(image: Image.Image) -> tuple[int, ...]:
    """Hashes of the picture in its eight orientations; the first is `phash`, then turned, then mirrored and turned."""
    points = _small(image)
    return tuple(_hash(np.rot90(side, turn)) for side in (points, np.fliplr(points)) for turn in range(4))


def distance(a: int, b: int) -> int:
    """Bits in which two hashes differ, 0 to 64."""
    return ((a ^ b) & _MASK).bit_count()


def spread(image: Image.Image) -> float:
    """Largest standard deviation of a colour channel, 0 to 127.5; a page of one colour has 0."""
    points = np.asarray(_look(image).convert("RGB"), dtype=np.float64)
    return float(points.reshape(-1, 3).std(axis=0).max())


def is_blank(image: Image.Image) -> bool:
    """Whether there is nothing on it: one colour, or empty paper under uneven light, with the grain of a scan."""
    return spread(image) < SHADED_BELOW and _marked(image) < LEAST_MARKED


def _marked(image: Image.Image) -> float:
    """The part of the points that stand out from what is around them."""
    look = _look(image.convert("RGB"))
    around = look.filter(ImageFilter.BoxBlur(_AROUND))
    apart = np.abs(np.asarray(look, dtype=np.int16) - np.asarray(around, dtype=np.int16)).max(axis=2)
    return float((apart > FAINTEST).mean())


def sharpness(image: Image.Image) -> float:
    """Variance of the Laplacian at a common size: some hundreds and more for a scan, under some tens when blurred."""
    p = np.asarray(_look(image).convert("L"), dtype=np.float64)
    if min(p.shape) < 3:
        return 0.0
    laplacian = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] - 4 * p[1:-1, 1:-1]
    return float(laplacian.var())


def _hash(points: NDArray[Any]) -> int:
    dct = _dct()
    low = dct @ points @ dct.T
    bits = low > np.median(low)
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)


def _small(image: Image.Image) -> NDArray[np.float64]:
    grey = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return np.asarray(grey, dtype=np.float64)


def _look(image: Image.Image) -> Image.Image:
    if max(image.size) <= _LOOK:
        return image
    scale = _LOOK / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BOX)
