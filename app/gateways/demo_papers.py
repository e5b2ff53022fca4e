"""Plain demo papers, drawn fast: identity cards and letters of authority, all of them marked 演示样张."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from app.gateways.demo_shapes import font

SIZE = (840, 620)
INK, SOFT, SEAL = (52, 48, 44), (150, 142, 130), (190, 60, 52)


def paper(title: str, lines: tuple[tuple[str, str], ...], seed: int) -> bytes:
    """A sheet with a title, labelled lines, a seal and the mark; JPEG. The pattern at the side differs with the seed."""
    random = Random(f"paper-{seed}-{title}")
    tint = tuple(random.randrange(228, 250) for _ in range(3))
    sheet = Image.new("RGB", SIZE, tint)
    brush = ImageDraw.Draw(sheet)
    brush.rectangle((18, 18, SIZE[0] - 18, SIZE[1] - 18), outline=SOFT, width=3)
    _pattern(brush, random)
    brush.text((360, 88), title, INK, font(40, True), anchor="mm")
    for row, (label, value) in enumerate(lines):
        brush.text((60, 170 + row * 58), label, SOFT, font(20, False), anchor="lm")
        brush.text((200, 170 + row * 58), value, INK, font(22, False), anchor="lm")
    x, y = random.randrange(420, 520), random.randrange(430, 500)
    brush.ellipse((x, y, x + 110, y + 110), outline=SEAL, width=4)
    brush.text((x + 55, y + 55), "演示", SEAL, font(26, True), anchor="mm")
    brush.text((360, 560), "演示样张 · 不作证明之用", SOFT, font(22, False), anchor="mm")
    out = BytesIO()
    lit(sheet, random).save(out, "JPEG", quality=80)
    return out.getvalue()


def bound(*sheets: bytes) -> bytes:
    """Several sheets as one PDF."""
    first, *others = [Image.open(BytesIO(sheet)).convert("RGB") for sheet in sheets]
    out = BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=100)
    return out.getvalue()


def lit(sheet: Image.Image, random: Random) -> Image.Image:
    """The sheet as photographed in some light: large soft shadows, which also tell two sheets of one form apart."""
    spots = Image.new("L", (4, 4))
    spots.putdata([random.choice((random.randrange(110, 150), random.randrange(215, 256))) for _ in range(16)])
    shade = spots.resize(sheet.size, Image.Resampling.BICUBIC)
    dark = Image.new("RGB", sheet.size, (96, 90, 84))
    return Image.composite(sheet, dark, shade)


def _pattern(brush: ImageDraw.ImageDraw, random: Random) -> None:
    """Blocks as in a printed guilloche, so that no two sheets look alike to a machine."""
    for column in range(3):
        for row in range(8):
            shade = random.randrange(60, 225)
            left, top = 640 + column * 60, 60 + row * 64
            size = random.randrange(22, 56)
            brush.rectangle((left, top, left + size, top + size), fill=(shade, shade, min(255, shade + 12)))


def photographed(picture: bytes, seed: int) -> bytes:
    """A drawn document under some light; JPEG."""
    out = BytesIO()
    lit(Image.open(BytesIO(picture)).convert("RGB"), Random(f"light-{seed}")).save(out, "JPEG", quality=82)
    return out.getvalue()
