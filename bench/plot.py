"""Cost over rows as a small picture: milliseconds against rows, both on logarithmic axes, the floor dashed."""

from __future__ import annotations

from math import log10

WIDE, HIGH, LEFT, RIGHT, TOP, FOOT = 640, 300, 64, 190, 16, 36
COLOURS = ("#0b5cad", "#b2521c", "#3c7a2a", "#7a3c8f")
LEAST_ROWS, MOST_ROWS = 4, 7  # powers of ten
LEAST_MS, MOST_MS = 0, 3

Points = dict[str, list[tuple[int, float, float]]]  # name -> (rows, floor, ours)


def _x(rows: float) -> float:
    return LEFT + (log10(rows) - LEAST_ROWS) / (MOST_ROWS - LEAST_ROWS) * (WIDE - LEFT - RIGHT)


def _y(ms: float) -> float:
    place = (log10(min(max(ms, 1), 10**MOST_MS)) - LEAST_MS) / (MOST_MS - LEAST_MS)
    return HIGH - FOOT - place * (HIGH - TOP - FOOT)


def _line(points: list[tuple[float, float]], colour: str, dashed: bool) -> str:
    path = " ".join(f"{'M' if n == 0 else 'L'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(points))
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points)
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>{dots}'


def _grid() -> list[str]:
    out = []
    for power in range(LEAST_ROWS, MOST_ROWS + 1):
        x = _x(10**power)
        out.append(f'<path d="M{x:.1f} {TOP}V{HIGH - FOOT}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{HIGH - FOOT + 16}" text-anchor="middle">{10**power:,}</text>')
    for power in range(LEAST_MS, MOST_MS + 1):
        y = _y(10**power)
        out.append(f'<path d="M{LEFT} {y:.1f}H{WIDE - RIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10**power:,} ms</text>')
    return out


def drawn(points: Points) -> str:
    """The picture."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img"'
        ' font-family="sans-serif" font-size="11"><title>Milliseconds of a page over rows of the table</title>'
        '<rect width="100%" height="100%" fill="#fff"/>',
        *_grid(),
    ]
    for number, (name, found) in enumerate(points.items()):
        colour, y = COLOURS[number % len(COLOURS)], TOP + 14 + number * 18
        out.append(_line([(_x(rows), _y(ours)) for rows, _floor, ours in found], colour, dashed=False))
        out.append(_line([(_x(rows), _y(floor)) for rows, floor, _ours in found], colour, dashed=True))
        out.append(f'<path d="M{WIDE - RIGHT + 12} {y - 4}h18" stroke="{colour}" stroke-width="1.5"/>')
        out.append(f'<text x="{WIDE - RIGHT + 36}" y="{y}">{name}</text>')
    out.append(f'<text x="{WIDE - RIGHT + 12}" y="{TOP + 20 + len(points) * 18}" fill="#666">dashed: the floor</text>')
    out.append(f'<text x="{(WIDE - RIGHT + LEFT) / 2}" y="{HIGH - 4}" text-anchor="middle">gigs</text></svg>')
    return "\n".join(out) + "\n"
