"""The inside of work places, drawn for the demonstration; see demo_pictures."""

from random import Random

from app.gateways.demo_shapes import ACCENTS, HAIRS, SKINS, WALLS, Brush, Colour, framed, jpeg, mix

SIZE = (800, 600)


def workshop(seed: int) -> bytes:
    """The inside of a workshop or office, JPEG 800x600: machines, benches or desks in perspective, a person."""
    random = Random(f"workshop-{seed}")
    wall, floor = random.choice(WALLS), random.choice(((176, 180, 178), (150, 160, 150), (190, 178, 160)))
    brush = Brush(SIZE, mix(wall, (255, 255, 255), 0.35))
    horizon = random.randrange(210, 260)
    centre = random.randrange(330, 470)
    far = (
        (centre - 150, horizon - 120),
        (centre - 150, horizon),
        (centre + 150, horizon - 120),
        (centre + 150, horizon),
    )
    brush.polygon([(0, 0), far[0], far[1], (0, 470)], mix(wall, (0, 0, 0), 0.06))
    brush.polygon([(800, 0), far[2], far[3], (800, 470)], mix(wall, (0, 0, 0), 0.12))
    brush.polygon([(0, 600), (0, 470), far[1], far[3], (800, 470), (800, 600)], floor)
    for x in range(-600, 1401, 160):
        brush.line((centre, horizon), (x, 600), mix(floor, (0, 0, 0), 0.12), 2)
    aisle = [(centre - 30, horizon), (centre + 30, horizon), (centre + 130, 600), (centre - 130, 600)]
    brush.polygon(aisle, (230, 200, 90), 50)
    _lamps(brush, centre, horizon)
    _far_window(brush, centre, horizon)
    draw = random.choice((_machine, _bench, _desk))
    accent = random.choice(ACCENTS)
    for depth in (0.42, 0.62, 0.88):
        for side in (-1, 1):
            spot = (centre + side * int(120 + 330 * (depth - 0.3)), horizon + int((560 - horizon) * depth))
            draw(brush, spot, depth, accent, random)
    worker(brush, (centre + random.choice((-40, 30)), 470), 0.9, accent, random)
    return jpeg(framed(brush.done(), random), random)


def _lamps(brush: Brush, centre: int, horizon: int) -> None:
    for step in range(5):
        depth = 1 / (1 + step * 0.7)
        half, y = int(190 * depth), int((horizon - 120) * (1 - depth) + 14)
        for side in (-1, 1):
            x = centre + side * int(230 * depth)
            lamp = (x - half // 3, y, x + half // 3, y + max(3, int(10 * depth)))
            brush.box(lamp, (255, 252, 226), (200, 200, 196), 1)


def _far_window(brush: Brush, centre: int, horizon: int) -> None:
    brush.box((centre - 150, horizon - 120, centre + 150, horizon), (226, 224, 216), (190, 188, 180), 2)
    for x in (centre - 120, centre - 30, centre + 60):
        brush.box((x, horizon - 100, x + 60, horizon - 45), (176, 212, 232), (150, 156, 160), 3)


def _machine(brush: Brush, spot: tuple[int, int], depth: float, accent: Colour, random: Random) -> None:
    x, y = spot
    wide, high = int(150 * depth), int(170 * depth)
    body = mix(accent, (235, 238, 240), 0.6)
    brush.box((x - wide // 2, y - high, x + wide // 2, y), body, (92, 98, 106), 2)
    brush.box((x - wide // 2 + 8, y - high + 10, x + wide // 5, y - high // 2), (64, 76, 88), (40, 46, 54), 2)
    brush.box((x + wide // 4, y - high + 12, x + wide // 2 - 8, y - high + 12 + high // 4), (150, 214, 190))
    for light in range(3):
        colour = random.choice(((80, 190, 110), (230, 180, 60), (210, 70, 60)))
        brush.disc((x + wide // 4 + int(12 * depth) * light, y - int(high * 0.55)), max(2, int(5 * depth)), colour)
    brush.box((x - wide // 2, y - int(18 * depth), x + wide // 2, y), mix(body, (0, 0, 0), 0.3))


def _bench(brush: Brush, spot: tuple[int, int], depth: float, accent: Colour, random: Random) -> None:
    x, y = spot
    wide, high = int(190 * depth), int(80 * depth)
    for leg in (x - wide // 2 + 6, x + wide // 2 - 14):
        brush.box((leg, y - high, leg + int(10 * depth), y), (110, 100, 90))
    top = (x - wide // 2, y - high, x + wide // 2, y - high + int(14 * depth))
    brush.box(top, (196, 158, 110), (150, 116, 76), 2)
    spot_x = x - wide // 2 + 10
    while spot_x < x + wide // 2 - 24:
        part = random.randrange(10, 34)
        tall = int(random.randrange(12, 46) * depth)
        colour = mix(accent, random.choice(WALLS), random.uniform(0.2, 0.8))
        brush.box((spot_x, y - high - tall, spot_x + part, y - high), colour)
        spot_x += part + random.randrange(4, 14)


def _desk(brush: Brush, spot: tuple[int, int], depth: float, accent: Colour, random: Random) -> None:
    x, y = spot
    wide, high = int(180 * depth), int(84 * depth)
    brush.box((x - wide // 2, y - high, x + wide // 2, y), (232, 228, 220), (176, 170, 160), 2)
    back = y - high
    brush.box((x - wide // 2, back - int(46 * depth), x + wide // 2, back), mix(accent, (255, 255, 255), 0.55))
    half = int(34 * depth)
    brush.box((x - half, back - int(52 * depth), x + half, back - int(8 * depth)), (48, 54, 62), (30, 34, 40), 2)
    brush.box((x - half + 4, back - int(48 * depth), x + half - 4, back - int(13 * depth)), (150, 192, 226))
    for line in range(3):
        row = back - int((42 - line * 9) * depth)
        brush.line((x - half + 10, row), (x + random.randrange(2, 14), row), (250, 252, 255), 2)


def worker(brush: Brush, spot: tuple[int, int], depth: float, accent: Colour, random: Random) -> None:
    """A standing person whose feet are near `spot`."""
    x, y = spot
    skin, hair = random.choice(SKINS), random.choice(HAIRS)
    brush.box((x - 20, y - 60, x - 3, y + 26), (58, 66, 84))
    brush.box((x + 3, y - 60, x + 20, y + 26), (58, 66, 84))
    brush.rounded((x - 30, y - 150, x + 30, y - 52), 16, mix(accent, (255, 255, 255), 0.1))
    brush.rounded((x - 42, y - 142, x - 28, y - 72), 7, mix(accent, (0, 0, 0), 0.12))
    brush.rounded((x + 28, y - 142, x + 42, y - 72), 7, mix(accent, (0, 0, 0), 0.12))
    brush.disc((x, y - 174), int(26 * depth), skin)
    brush.pie((x - 26, y - 204, x + 26, y - 150), random.choice((hair, (240, 200, 60))), 180, 360)
