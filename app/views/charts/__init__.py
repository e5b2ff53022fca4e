"""Charts drawn on the server: pure functions from numbers and words to SVG. The table behind a chart is its truth.

Colours come from classes of the kit (c1 to c4), so that themes apply; no meaning lies in a colour alone: segments carry
patterns and a legend, lines differ from columns in form, and every chart says in words what it shows.
"""

from app.views.charts.bars import Bar, Part, drawn
from app.views.charts.days import Point, Series, columns
from app.views.charts.parts import Cell, Chart, Legend, Row, Table

__all__ = ["Bar", "Cell", "Chart", "Legend", "Part", "Point", "Row", "Series", "Table", "columns", "drawn"]
