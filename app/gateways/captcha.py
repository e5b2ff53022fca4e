"""Five digits to be read or to be heard: a picture drawn by Pillow, and a sound of spoken digits, both made here."""

from __future__ import annotations

import io
import wave
from functools import cache
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from app.rules.late import late

numpy = late("numpy")

DIGITS: Final = Path(__file__).resolve().parent.parent / "reference" / "digits"
RATE: Final = 8000
SIZE: Final = (200, 64)
_PAPER, _INK = (248, 249, 251), (28, 52, 84)


def picture(answer: str, chance: Random | None = None) -> bytes:
    """A PNG of the digits, each turned, shifted and of its own size, under lines and dots."""
    chance = chance or SystemRandom()
    sheet = Image.new("RGB", SIZE, _PAPER)
    step = (SIZE[0] - 24) // len(answer)
    for place, digit in enumerate(answer):
        tile = Image.new("L", (56, 64), 0)
        font = ImageFont.load_default(size=chance.randint(38, 46))
        ImageDraw.Draw(tile).text((28, 32), digit, font=font, fill=255, anchor="mm")
        tile = tile.rotate(chance.uniform(-24, 24), Image.Resampling.BICUBIC)
        shade = tuple(max(0, min(150, part + chance.randint(-28, 40))) for part in _INK)
        left = 12 + place * step + chance.randint(-3, 3) - (56 - step) // 2
        sheet.paste(shade, (left, chance.randint(-6, 6)), tile)
    pen = ImageDraw.Draw(sheet)
    for _line in range(4):
        ends = [(chance.randint(0, SIZE[0]), chance.randint(0, SIZE[1])) for _end in range(2)]
        pen.line(ends, fill=tuple(chance.randint(90, 170) for _c in range(3)), width=2)
    for _dot in range(160):
        pen.point((chance.randrange(SIZE[0]), chance.randrange(SIZE[1])), fill=_INK)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


@cache
def _spoken(language: str, digit: str) -> Any:
    with wave.open(str(DIGITS / f"{language}{digit}.wav")) as source:
        return numpy.frombuffer(source.readframes(source.getnframes()), "<i2").astype(float)


def sound(answer: str, language: str, chance: Random | None = None) -> bytes:
    """A WAV of the digits one after the other, each a little quicker or slower, over a murmur."""
    chance = chance or SystemRandom()
    parts = [numpy.zeros(RATE // 2)]
    for digit in answer:
        heard = _spoken(language, digit)
        pace = chance.uniform(0.9, 1.12)
        places = numpy.arange(0, len(heard) - 1, pace)
        parts += [numpy.interp(places, numpy.arange(len(heard)), heard) * chance.uniform(0.75, 1.0)]
        parts += [numpy.zeros(int(RATE * chance.uniform(0.45, 0.8)))]
    whole = numpy.concatenate(parts)
    murmur = numpy.random.default_rng(chance.getrandbits(64)).normal(0, 900, len(whole))
    samples = numpy.clip(whole + murmur, -32767, 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(samples.tobytes())
    return out.getvalue()
