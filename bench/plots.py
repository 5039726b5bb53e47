"""The plots of docs/performance.md: the data for plots.gp."""

import pathlib
import subprocess
import tempfile

from figures import cost, rate
from subjects import BY_KEY, FAMILIES, SUBJECTS, WINDOWS

LINES = ["ours", "cares-best", "cares", "evdns-wide", "adns", "libuv"]
GAPS = ("p50", "p99", "p99.9", "max")


def row(*fields):
    return "\t".join("" if field is None else str(field) for field in fields) + "\n"


def label(subject):
    return BY_KEY[subject].label.replace("`", "") if subject in BY_KEY else subject


def bars(figures, value):
    """A row for each subject, a column for each family."""
    rows = [(s, [figures.median(value, "peers", s.key, family=f, window=1000) for f in FAMILIES]) for s in SUBJECTS]
    return "".join(row(label(s.key), *values) for s, values in rows if any(values))


def lines(figures):
    """A block for each subject, a row for each window."""
    blocks = []
    for subject in LINES:
        points = [(x, figures.median(rate, "peers", subject, family="A", window=w)) for x, w in enumerate(WINDOWS)]
        blocks.append(row(label(subject)) + "".join(row(x, y) for x, y in points if y is not None))
    return "\n\n".join(blocks)


def gaps(figures):
    subjects = [c["subject"] for c in figures.cells if c["section"] == "pace"]
    return "".join(row(label(s), *(figures.median("gap_" + share, "pace", s) for share in GAPS)) for s in subjects)


def draw(figures, out):
    out.mkdir(exist_ok=True)
    data = {"rates": bars(figures, rate), "processor": bars(figures, cost), "windows": lines(figures),
            "pace": gaps(figures)}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in data.items():
            (pathlib.Path(folder) / f"{name}.dat").write_text(text)
        script = pathlib.Path(__file__).with_name("plots.gp")
        subprocess.run(["gnuplot", "-e", f"data='{folder}'; out='{out}'", script], check=True)
