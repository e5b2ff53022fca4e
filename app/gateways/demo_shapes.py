"""The brush of the demonstration pictures: smooth shapes, and text in whatever font the machine has."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SCALE = 2  # drawn at twice the size and reduced, so that edges are smooth
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
CJK_FONTS = {
    False: ("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc",
            "PingFang.ttc", "msyh.ttc", "DroidSansFallbackFull.ttf"),
    True: ("NotoSansCJK-Bold.ttc", "NotoSansSC-Bold.otf", "SourceHanSansSC-Bold.otf", "wqy-zenhei.ttc", "msyhbd.ttc"),
}  # fmt: skip
LATIN_FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf")
SIMPLIFIED_FACE = 2  # of the faces in a Noto CJK collection: 0 Japanese, 1 Korean, 2 simplified Chinese


@cache
def font_file(names: tuple[str, ...]) -> str | None:
    """The first of the named fonts that is installed."""
    for folder in FONT_FOLDERS:
        for name in names:
            found = next(iter(sorted(Path(folder).rglob(name))), None)
            if found is not None:
                return str(found)
    return None


def cjk_font_file(bold: bool) -> str | None:
    return (font_file(CJK_FONTS[True]) if bold else None) or font_file(CJK_FONTS[False])


@cache
def font(size: int, bold: bool) -> Font:
    """A CJK font when there is one, else a Latin one, else the one inside Pillow."""
    path = cjk_font_file(bold)
    if path is not None:
        return ImageFont.truetype(path, size, index=SIMPLIFIED_FACE if "CJK" in path else 0)
    path = font_file(LATIN_FONTS)
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share` (0-1) of `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


ACCENTS: tuple[Colour, ...] = (
    (31, 92, 179), (23, 105, 59), (176, 38, 29), (132, 80, 0), (100, 64, 173), (14, 116, 125), (60, 72, 96),
)  # fmt: skip
WALLS: tuple[Colour, ...] = ((222, 210, 192), (201, 208, 214), (214, 196, 180), (190, 203, 190), (226, 220, 208))
SKINS: tuple[Colour, ...] = ((244, 213, 187), (234, 196, 164), (222, 180, 145))
HAIRS: tuple[Colour, ...] = ((38, 32, 30), (58, 44, 36), (24, 24, 28), (84, 62, 48))


class Brush:
    """Draws in picture coordinates; `done` gives the finished picture. Colours may carry an opacity of 0-255."""

    def __init__(self, size: tuple[int, int], ground: Colour) -> None:
        self.size = size
        self._picture = Image.new("RGB", (size[0] * SCALE, size[1] * SCALE), ground)
        self._draw = ImageDraw.Draw(self._picture, "RGBA")

    def done(self) -> Image.Image:
        return self._picture.resize(self.size, Image.Resampling.LANCZOS)

    def sky(self, random: Random) -> None:
        """A vertical gradient from blue or evening above to near white below."""
        top = random.choice(((126, 174, 222), (150, 186, 214), (196, 178, 190), (168, 176, 190)))
        wide, high = self._picture.size
        for y in range(high):
            self._draw.line((0, y, wide, y), fill=mix(top, (244, 240, 232), y / high))

    def box(self, area: Box, fill: Colour | None, edge: Colour | None = None, width: int = 1) -> None:
        self._draw.rectangle(self._scaled(area), fill, edge, width * SCALE)

    def rounded(self, area: Box, radius: int, fill: Colour) -> None:
        self._draw.rounded_rectangle(self._scaled(area), radius * SCALE, fill)

    def ellipse(self, area: Box, fill: Colour) -> None:
        self._draw.ellipse(self._scaled(area), fill)

    def disc(
        self, centre: Point, radius: float, fill: Colour | None, edge: Colour | None = None, width: int = 1
    ) -> None:
        x, y = centre
        self._draw.ellipse(self._scaled((x - radius, y - radius, x + radius, y + radius)), fill, edge, width * SCALE)

    def pie(self, area: Box, fill: Colour, start: float = 0, end: float = 180) -> None:
        """A filled piece of an ellipse cut by a straight line; degrees clockwise from three o'clock."""
        self._draw.chord(self._scaled(area), start, end, fill)

    def arc(self, area: Box, start: float, end: float, colour: Colour, width: int) -> None:
        self._draw.arc(self._scaled(area), start, end, colour, width * SCALE)

    def line(self, start: Point, end: Point, colour: Colour, width: int = 1) -> None:
        self._draw.line([_twice(start), _twice(end)], colour, width * SCALE)

    def polygon(self, corners: Sequence[Point], fill: Colour, opacity: int = 255) -> None:
        self._draw.polygon([_twice(corner) for corner in corners], (*fill, opacity))

    def star(self, centre: Point, radius: float, fill: Colour) -> None:
        """A five-pointed star standing on two points."""
        corners = []
        for corner in range(10):
            reach = radius if corner % 2 == 0 else radius * 0.382
            turn = -pi / 2 + corner * pi / 5
            corners.append((centre[0] + reach * cos(turn), centre[1] + reach * sin(turn)))
        self.polygon(corners, fill)

    def paste(self, picture: Image.Image, at: tuple[int, int]) -> None:
        """Put a picture in without smoothing, so that a QR code stays sharp."""
        size = (picture.width * SCALE, picture.height * SCALE)
        self._picture.paste(picture.resize(size, Image.Resampling.NEAREST), (at[0] * SCALE, at[1] * SCALE))

    def text(
        self,
        at: Point,
        words: str,
        size: int,
        colour: Colour,
        anchor: str,
        width: int | None = None,
        bold: bool = False,
        opacity: int = 255,
    ) -> None:
        """Text at `at` (Pillow's anchors); `width` is the room it has: the letters shrink to fit."""
        size *= SCALE
        while width and size > 20 and self._length(words, size, bold) > width * SCALE:
            size -= 2
        if cjk_font_file(bold) is None and not words.isascii():
            self._blocks(_twice(at), words, size, colour, anchor)
            return
        self._draw.text(_twice(at), words, (*colour, opacity), font(size, bold), anchor)

    def watermark(self, words: str, colour: Colour) -> None:
        """The words in large slanted letters over the whole picture."""
        layer = Image.new("L", self._picture.size, 0)
        draw = ImageDraw.Draw(layer)
        wide, high = layer.size
        if cjk_font_file(True) is None:
            words = "DEMO"
        for row in (0.26, 0.56, 0.86):
            for column in (0.25, 0.75):
                draw.text((wide * column, high * row), words, 46, font(60 * SCALE, True), "mm")
        layer = layer.rotate(18, Image.Resampling.BICUBIC)
        self._picture.paste(Image.new("RGB", layer.size, colour), (0, 0), layer)

    def _length(self, words: str, size: int, bold: bool) -> float:
        return font(size, bold).getlength(words) if cjk_font_file(bold) else size * len(words)

    def _blocks(self, at: Point, words: str, size: int, colour: Colour, anchor: str) -> None:
        """Words without a font for them: one block a character, so that the layout can still be judged."""
        start = at[0] - size * len(words) * {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]]
        top = at[1] - size * (1.0 if anchor[1] == "b" else 0.5)
        for index in range(len(words)):
            x = start + index * size
            self._draw.rectangle((x + size * 0.1, top + size * 0.1, x + size * 0.9, top + size * 0.9), (*colour, 150))

    def _scaled(self, area: Box) -> Box:
        left, top, right, bottom = area
        return left * SCALE, top * SCALE, right * SCALE, bottom * SCALE


def _twice(point: Point) -> Point:
    return point[0] * SCALE, point[1] * SCALE


def framed(picture: Image.Image, random: Random, least: float = 0.66) -> Image.Image:
    """As another photographer would have taken it: nearer or from the side. Same size, marked 演示."""
    wide, high = picture.size
    share = random.uniform(least, 1.0)
    left, top = random.uniform(0, wide * (1 - share)), random.uniform(0, high * (1 - share))
    view = (left, top, left + wide * share, top + high * share)
    picture = picture.resize(picture.size, Image.Resampling.BICUBIC, box=view)
    words = "演示" if cjk_font_file(False) else "DEMO"
    corner = (wide - 8, high - 8)
    ImageDraw.Draw(picture).text(
        corner, words, (255, 255, 255), font(16, False), "rb", stroke_width=1, stroke_fill=(90, 90, 90)
    )
    return picture


def jpeg(picture: Image.Image, random: Random) -> bytes:
    """Soft like a camera, with light falling from one side; under 400 KB at this size."""
    shade = Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize(picture.size)
    dark = Image.new("RGB", picture.size, (40, 44, 60))
    picture = Image.composite(dark, picture, shade.point([level // 12 for level in range(256)]))
    picture = picture.filter(ImageFilter.GaussianBlur(0.4))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=86)
    return buffer.getvalue()
