#!/usr/bin/env python3
"""Checks that what docs/cases.md names in its last column is there: tests of the sources, faults of the fault matrix,
tests of CTest.

usage: cases.py SOURCE_FOLDER"""
import pathlib
import re
import sys

TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
FAULT = re.compile(r'^ *\{"([a-z0-9-]+)"', re.MULTILINE)
CTEST = re.compile(r"add_test\(\s*NAME (\w+)")


def found(pattern, files):
    return {match for file in files for match in pattern.findall(file.read_text())}


def known_names(folder):
    sources = [file for part in ("src", "tests", "tools") for file in (folder / part).rglob("*_test.cc")]
    tests = {f"{suite}.{name}" for suite, name in found(TEST, sources)}
    return tests | found(FAULT, [folder / "tests/reliability/faults.cc"]) | found(
        CTEST, (folder / "tests").rglob("CMakeLists.txt"))


def named(page):
    for line in page.read_text().splitlines():
        cells = line.split(" | ")
        if line.startswith("| ") and len(cells) == 3:
            yield from re.findall(r"`([^`]+)`", cells[2])


def main():
    folder = pathlib.Path(sys.argv[1])
    names = list(named(folder / "docs/cases.md"))
    missing = sorted(set(names) - known_names(folder))
    for name in missing:
        print(f"docs/cases.md: no test {name}")
    sys.exit(bool(missing) or len(names) < 50)


main()
