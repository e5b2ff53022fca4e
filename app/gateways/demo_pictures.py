"""Pictures for the demonstration, drawn at run time from a seed: licences, shop fronts, workshops, logos, portraits.

Nothing is photographed or copied, and papers carry the watermark 演示. The same arguments give the same bytes on
one machine; another font gives other letters. Without a CJK font the Chinese is drawn as blocks, so that the
pictures keep their shape.
"""

from collections.abc import Callable
from io import BytesIO
from math import cos, pi, sin
from random import Random

import segno
from PIL import Image

from app.gateways.demo_shapes import ACCENTS, HAIRS, SKINS, WALLS, Brush, Colour, framed, jpeg, mix
from app.gateways.demo_workshop import worker, workshop

__all__ = ["licence", "logo", "portrait", "storefront", "workshop"]

SIZE = (800, 600)
# first two characters of the code -> title of the paper, type of unit
PAPERS = {
    "91": ("营业执照", "有限责任公司（自然人投资或控股）"),
    "92": ("营业执照", "个体工商户"),
    "93": ("营业执照", "农民专业合作社"),
    "12": ("事业单位法人证书", "事业单位"),
    "51": ("社会团体法人登记证书", "社会团体"),
    "52": ("民办非企业单位登记证书", "民办非企业单位（法人）"),
}


def licence(name: str, code: str, legal_rep: str, seed: int) -> bytes:
    """A business licence as scanned: JPEG, 800x600, with the watermark 演示样张 and an invented seal."""
    random = Random(f"licence-{seed}")
    brush = Brush(SIZE, (231, 226, 214))
    _paper(brush)
    title, kind = PAPERS.get(code[:2], ("登记证书", "依法登记的单位"))
    brush.text((400, 92), title, 52, (40, 34, 28), "mm", bold=True)
    brush.text((400, 142), f"统一社会信用代码 {code} · 演示样张", 18, (110, 100, 88), "mm")
    capital, year = random.choice(("壹拾万", "伍拾万", "壹佰万", "伍佰万")), random.randrange(2001, 2026)
    facts = (
        ("名称", name),
        ("类型", kind),
        ("法定代表人", legal_rep),
        ("注册资本", f"人民币{capital}元整"),
        ("成立日期", f"{year}年{random.randrange(1, 13):02d}月{random.randrange(1, 29):02d}日"),
        (
            "经营范围",
            random.choice(("一般项目：日用品销售；包装服务", "一般项目：食品生产；货物运输", "一般项目：技术服务")),
        ),
        ("登记机关", "演示登记机关"),
    )
    for row, (label, value) in enumerate(facts):
        y = 198 + row * 46
        brush.text((92, y), label, 20, (138, 109, 59), "lm")
        brush.text((222, y), value, 22, (34, 34, 34), "lm", width=490)
    _seal(brush, (640, 455), 62, random)
    brush.watermark("演示样张", (176, 141, 79))
    _code_square(brush, (92, 520))
    picture = brush.done().rotate(random.uniform(-0.8, 0.8), Image.Resampling.BICUBIC, fillcolor=(214, 210, 202))
    return jpeg(picture, random)


def _paper(brush: Brush) -> None:
    brush.box((24, 20, 776, 580), (253, 251, 243), (176, 141, 79), 4)
    brush.box((36, 32, 764, 568), None, (205, 178, 126), 2)
    for corner in ((24, 20), (776, 20), (24, 580), (776, 580)):
        brush.disc(corner, 9, (176, 141, 79))


def _seal(brush: Brush, centre: tuple[int, int], radius: int, random: Random) -> None:
    red = mix((201, 72, 63), (253, 251, 243), random.uniform(0.05, 0.2))
    brush.disc(centre, radius, None, red, 5)
    brush.star(centre, radius * 0.34, red)
    brush.text((centre[0], centre[1] - radius + 22), "演示登记机关", 15, red, "mm")
    brush.text((centre[0], centre[1] + radius - 22), "样章", 15, red, "mm")


def _code_square(brush: Brush, at: tuple[int, int]) -> None:
    """Where a real licence has its QR code: a plain square, so that no reader finds a code."""
    brush.box((at[0], at[1], at[0] + 34, at[1] + 34), (240, 236, 226), (176, 141, 79), 1)
    brush.text((at[0] + 48, at[1] + 17), "演示样张，不具法律效力", 14, (138, 128, 112), "lm")


def storefront(name: str, seed: int, with_qr: str | None = None) -> bytes:
    """A shop with its sign, JPEG 800x600. `with_qr` hangs that text as a readable QR code in the window (I08)."""
    random = Random(f"storefront-{seed}")
    brush = Brush(SIZE, (255, 255, 255))
    brush.sky(random)
    accent, wall = random.choice(ACCENTS), random.choice(WALLS)
    _row_of_houses(brush, random)
    left, right, top = random.randrange(60, 110), random.randrange(690, 740), random.randrange(120, 165)
    brush.box((left, top, right, 500), wall, mix(wall, (0, 0, 0), 0.25), 2)
    _bricks(brush, (left, top, right, 500), wall, random)
    brush.box((left - 12, top + 28, right + 12, top + 112), accent, mix(accent, (0, 0, 0), 0.3), 3)
    brush.text(((left + right) // 2, top + 70), name, 40, (255, 255, 255), "mm", width=right - left - 40, bold=True)
    _awning(brush, (left, top + 112, right, top + 150), accent)
    door = random.choice((left + 60, (left + right) // 2 - 60, right - 180))
    for x in range(left + 24, right - 130, 150):
        if abs(x - door) > 100:
            _window(brush, (x, top + 175, x + 126, 430), random)
    _door(brush, (door, top + 170, door + 120, 500), accent)
    _pavement(brush, random)
    if with_qr is not None:
        _qr(brush, with_qr, (right - 190, 318))
        return jpeg(brush.done(), random)
    if random.random() < 0.5:
        worker(brush, (random.randrange(60, 740), 540), 1.0, random.choice(ACCENTS), random)
    return jpeg(framed(brush.done(), random), random)


def _row_of_houses(brush: Brush, random: Random) -> None:
    x = -20
    while x < 820:
        wide, high = random.randrange(70, 150), random.randrange(140, 330)
        tone = random.randrange(168, 206)
        brush.box((x, 500 - high, x + wide, 500), (tone, tone + 6, tone + 14))
        for row in range(500 - high + 16, 480, 34):
            for column in range(x + 12, x + wide - 16, 28):
                glass = (236, 226, 196) if random.random() < 0.3 else (tone - 24, tone - 16, tone - 6)
                brush.box((column, row, column + 14, row + 18), glass)
        x += wide + random.randrange(4, 16)


def _bricks(brush: Brush, area: tuple[int, int, int, int], wall: Colour, random: Random) -> None:
    left, top, right, bottom = area
    seam = mix(wall, (0, 0, 0), 0.08)
    step = random.choice((18, 24, 40))
    for line, y in enumerate(range(top, bottom, step)):
        brush.line((left, y), (right, y), seam)
        for x in range(left + (step if line % 2 else 0), right, step * 2):
            brush.line((x, y), (x, min(y + step, bottom)), seam)


def _awning(brush: Brush, area: tuple[int, int, int, int], accent: Colour) -> None:
    left, top, right, bottom = area
    count = 14
    wide = (right - left) / count
    for index in range(count):
        colour = accent if index % 2 else (250, 248, 242)
        start = left + index * wide
        brush.polygon([(start, top), (start + wide, top), (start + wide - 4, bottom), (start - 4, bottom)], colour)
        brush.pie((start - 4, bottom - 10, start + wide - 4, bottom + 10), colour)


def _window(brush: Brush, area: tuple[int, int, int, int], random: Random) -> None:
    left, top, right, bottom = area
    glass = mix((150, 190, 210), (255, 240, 200), random.uniform(0, 0.5))
    brush.box(area, glass, (84, 88, 96), 5)
    for shelf in range(top + 60, bottom - 20, 62):
        brush.line((left + 6, shelf), (right - 6, shelf), (120, 104, 88), 4)
        x = left + 12
        while x < right - 26:
            wide, high = random.randrange(10, 24), random.randrange(18, 46)
            brush.box((x, shelf - high, x + wide, shelf - 2), mix(random.choice(ACCENTS), (255, 255, 255), 0.35))
            x += wide + random.randrange(3, 9)
    glint = [(left + 14, bottom - 8), (left + 44, top + 8), (left + 62, top + 8), (left + 32, bottom - 8)]
    brush.polygon(glint, (255, 255, 255), 60)


def _door(brush: Brush, area: tuple[int, int, int, int], accent: Colour) -> None:
    left, top, right, bottom = area
    middle = (left + right) // 2
    brush.box(area, mix(accent, (255, 255, 255), 0.15), (70, 70, 78), 4)
    for pane in ((left + 10, middle - 5), (middle + 5, right - 10)):
        brush.box((pane[0], top + 12, pane[1], bottom - 50), (178, 206, 218), (90, 94, 100), 2)
    brush.disc((middle - 10, (top + bottom) // 2 + 30), 4, (240, 220, 150))
    brush.disc((middle + 10, (top + bottom) // 2 + 30), 4, (240, 220, 150))
    brush.text((middle, bottom - 26), "欢迎光临", 16, (255, 255, 255), "mm")


def _pavement(brush: Brush, random: Random) -> None:
    brush.box((0, 500, 800, 600), (172, 170, 166))
    for y, gap in ((500, 90), (530, 120), (566, 150)):
        brush.line((0, y), (800, y), (146, 144, 140), 2)
        for x in range(random.randrange(gap), 800, gap):
            brush.line((x, y), (x - 20, y + 36), (146, 144, 140), 2)
    for x in random.sample((24, 730), random.choice((1, 2))):
        brush.box((x, 470, x + 46, 520), (150, 96, 70), (110, 70, 50), 2)
        for _ in range(26):
            green = (random.randrange(50, 90), random.randrange(120, 165), random.randrange(60, 90))
            brush.disc((x + random.randrange(-6, 52), random.randrange(410, 472)), random.randrange(9, 17), green)


def _qr(brush: Brush, content: str, at: tuple[int, int]) -> None:
    """A QR code on a white card, four pixels a module, large enough for any reader."""
    buffer = BytesIO()
    segno.make(content, error="m", micro=False).save(buffer, kind="png", scale=4, border=4)
    code = Image.open(BytesIO(buffer.getvalue())).convert("RGB")
    card = (at[0] - 6, at[1] - 6, at[0] + code.width + 6, at[1] + code.height + 26)
    brush.box(card, (255, 255, 255), (120, 120, 120), 2)
    brush.paste(code, at)
    brush.text((at[0] + code.width // 2, at[1] + code.height + 10), "扫码联系", 16, (60, 60, 60), "mm")


def logo(name: str, seed: int) -> bytes:
    """A square logo, PNG 400x400: one shape, one colour, the first letter of the made-up name."""
    random = Random(f"logo-{seed}")
    accent = random.choice(ACCENTS)
    brush = Brush((400, 400), (255, 255, 255))
    letter = next((char for char in name if char not in "韶关上海市"), "演")
    shape: Callable[[Brush, Colour, Random], None] = random.choice((_round_mark, _leaf_mark, _stripe_mark, _hex_mark))
    shape(brush, accent, random)
    brush.text((200, 196), letter, 150, (255, 255, 255), "mm", bold=True)
    brush.text((200, 372), "演示", 26, mix(accent, (255, 255, 255), 0.25), "mm")
    buffer = BytesIO()
    brush.done().save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _round_mark(brush: Brush, accent: Colour, random: Random) -> None:
    brush.disc((200, 196), 150, accent)
    brush.disc((200, 196), 134, None, mix(accent, (255, 255, 255), 0.5), 4)
    angle = random.uniform(0, 2 * pi)
    brush.disc((200 + int(150 * cos(angle)), 196 + int(150 * sin(angle))), 24, random.choice(ACCENTS))


def _leaf_mark(brush: Brush, accent: Colour, random: Random) -> None:
    brush.rounded((52, 46, 348, 342), random.randrange(60, 140), accent)
    brush.pie((230, 20, 370, 160), mix(accent, (255, 255, 255), 0.45), 90, 270)


def _stripe_mark(brush: Brush, accent: Colour, random: Random) -> None:
    brush.rounded((56, 50, 344, 338), 36, accent)
    for index in range(3):
        brush.box((56, 282 + index * 18, 344, 290 + index * 18), mix(accent, random.choice(ACCENTS), 0.6))


def _hex_mark(brush: Brush, accent: Colour, random: Random) -> None:
    turn = random.choice((0.0, pi / 6))
    for radius, colour in ((160, accent), (140, mix(accent, (0, 0, 0), 0.15))):
        corners = [(200 + radius * cos(turn + pi / 3 * k), 196 + radius * sin(turn + pi / 3 * k)) for k in range(6)]
        brush.polygon(corners, colour)


def portrait(seed: int) -> bytes:
    """A drawn head and shoulders for an avatar, JPEG 480x480; nobody's face."""
    random = Random(f"portrait-{seed}")
    accent, skin, hair = random.choice(ACCENTS), random.choice(SKINS), random.choice(HAIRS)
    brush = Brush((480, 480), mix(random.choice(ACCENTS), (255, 255, 255), random.choice((0.1, 0.4, 0.7, 0.85))))
    _backdrop(brush, random)
    long_hair = random.random() < 0.5
    if long_hair:
        brush.rounded((138, 110, 342, 372), 90, hair)
    brush.rounded((88, 350, 392, 560), 110, accent)
    brush.polygon([(200, 352), (280, 352), (240, 420)], (250, 250, 248))
    brush.box((210, 300, 270, 366), mix(skin, (0, 0, 0), 0.08))
    brush.ellipse((156, 122, 324, 336), skin)
    for ear in (150, 330):
        brush.ellipse((ear - 14, 212, ear + 14, 256), skin)
    brush.pie((146, 96, 334, 300), hair, 180, 360)
    fringe = random.randrange(150, 186)
    brush.pie((150, 120, 330, 120 + (fringe - 120) * 2), hair, 180 - 12, 360 + 12)
    for eye in (202, 278):
        brush.ellipse((eye - 9, 218, eye + 9, 238), (40, 34, 32))
        brush.disc((eye + 3, 225), 3, (255, 255, 255))
        brush.line((eye - 16, 202), (eye + 16, 200), hair, 5)
    brush.line((240, 236), (234, 262), mix(skin, (0, 0, 0), 0.2), 4)
    brush.arc((212, 262, 268, 300), 20, 160, (176, 84, 76), 5)
    if random.random() < 0.4:
        for eye in (202, 278):
            brush.disc((eye, 228), 27, None, (60, 60, 66), 4)
        brush.line((229, 226), (251, 226), (60, 60, 66), 4)
    return jpeg(framed(brush.done(), random, least=0.82), random)


def _backdrop(brush: Brush, random: Random) -> None:
    """What stands behind the sitter: nothing, a wall corner, shelves or a window."""
    tone = random.choice(WALLS)
    edge = random.randrange(120, 360)
    match random.randrange(4):
        case 1:
            brush.box((0, 0, edge, 480), tone)
        case 2:
            for shelf in range(random.randrange(30, 90), 480, 110):
                brush.box((0, shelf, 480, shelf + 10), (128, 96, 66))
                for x in range(0, 480, 26):
                    book = mix(random.choice(ACCENTS), tone, 0.3)
                    brush.box((x, shelf - random.randrange(40, 84), x + 20, shelf), book)
        case 3:
            brush.box((edge - 90, 40, edge + 130, 300), (226, 238, 246), (250, 250, 250), 10)
