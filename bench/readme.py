#!/usr/bin/env python3
"""Puts the few figures that README.md shows between its markers, from docs/performance/figures.json.

usage: readme.py          writes README.md
       readme.py --check  fails if README.md has other figures"""

import json
import pathlib
import sys

from figures import Figures, rate
from report import BEGIN, END, table

ROOT = pathlib.Path(__file__).resolve().parent.parent
LABELS = {"ours": "**dns_cares**", "cares-best": "c-ares, driven by hand, not sorting",
          "cares-raised": "c-ares as it comes", "evdns": "libevent's evdns", "libuv": "libuv: `getaddrinfo(3)` in 4 threads"}
CACHED = {"cares-raised": "cares"}  # the section of cached lookups has c-ares as it comes under this name


def number(value):
    return f"{value:,.0f}" if value else ""


def rows(figures):
    for subject, label in LABELS.items():
        gap = figures.median("gap_p99.9", "pace", subject)
        yield [label, number(figures.median(rate, "peers", subject, family="A", window=1000)),
               number(figures.median(rate, "cached", CACHED.get(subject, subject))), f"{gap:.1f} ms" if gap else ""]


def with_figures(page, figures):
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    idle = figures.median("gap_p99.9", "pace", "idle")
    header = ["", "new names a second", "cached names a second",
              f"gaps of a 1 ms timer meanwhile, p99.9 (idle: {idle:.1f} ms)"]
    return f"{before}{BEGIN}\n\n{table(header, list(rows(figures)))}\n\n{END}{after}"


def main():
    figures = Figures(json.loads((ROOT / "docs/performance/figures.json").read_text()))
    file = ROOT / "README.md"
    page = with_figures(file.read_text(), figures)
    if "--check" not in sys.argv:
        file.write_text(page)
    elif page != file.read_text():
        sys.exit("README.md does not have the figures of docs/performance/figures.json: run bench/readme.py")


if __name__ == "__main__":
    main()
