"""Every picture as geometry: the bearing bar, the period ruler, the progress chart, the sparkline.

Where things stand is decided here, how they look in the style sheet. Bars and rulers are fluid, so
their places are percent strings for SVG attributes; charts have a fixed viewBox and plain figures.

    x = progress · 92 %,   clamped to 0–100 %: the last 8 % are room to land beyond the target
"""

from pejl.web.charts.bands import HIGH, LOW, MIDDLE, Band, ends, falls
from pejl.web.charts.bearings import Bearing, bearing
from pejl.web.charts.courses import Course, Mark, Point, Ruler, Spark, course, ruler, spark
from pejl.web.charts.reliabilities import Dot, Reliability, reliability
from pejl.web.charts.shapes import Label, Tick

__all__ = [
    "HIGH",
    "LOW",
    "MIDDLE",
    "Band",
    "Bearing",
    "Course",
    "Dot",
    "Label",
    "Mark",
    "Point",
    "Reliability",
    "Ruler",
    "Spark",
    "Tick",
    "bearing",
    "course",
    "ends",
    "falls",
    "reliability",
    "ruler",
    "spark",
]
