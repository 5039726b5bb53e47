#!/usr/bin/env python3
"""Checks that docs/reference.md has a row for each status, each option and each function of the C API, and for none
that there is not.

The manual page dns_cares(7) must name each option, too.

usage: reference.py SOURCE_FOLDER"""
import pathlib
import re
import sys


def members(header, kind, name):
    """The names of an enum's or a struct's members."""
    body = re.search(kind + r" " + name + r" \{(.*?)\n\};", header, re.DOTALL)[1]
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    if kind == "enum":
        return set(re.findall(r"\b([A-Z_]+)\b", body))
    return set(re.findall(r"(\w+);", body))


def section(page, heading):
    return re.search(r"^## " + heading + r"\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)[1]


def rows(text):
    """The words in backquotes in the first column of the tables."""
    return {word for cell in re.findall(r"^\| ([^|]*)", text, re.MULTILINE) for word in re.findall(r"`(\w+)`", cell)}


def main():
    source = pathlib.Path(sys.argv[1])
    page = (source / "docs/reference.md").read_text()
    headers = {path.name: path.read_text() for path in (source / "include/dns_cares").glob("*.h")}
    functions = {name for text in headers.values()
                 for name in re.findall(r"^DNS_CARES_API [^(;]*?\*?(\w+)\(", text, re.MULTILINE)}
    expected = {
        "Statuses": members(headers["dns_cares.h"], "enum", "dns_status"),
        "Options of a context": members(headers["dns_cares.h"], "struct", "dns_options"),
        "Options of a connect": members(headers["connect.h"], "struct", "dns_connect_options"),
        "Functions": functions,
    }
    faults = 0
    for heading, names in expected.items():
        found = rows(section(page, heading))
        for fault, which in (("has no row for", names - found), ("tells of what there is not:", found - names)):
            for name in sorted(which):
                print(f"docs/reference.md, {heading}: {fault} {name}")
                faults += 1
        print(f"{heading}: {len(names)}")
    manual = (source / "docs/man/dns_cares.7").read_text()
    for name in sorted(expected["Options of a context"] - {"size"}):
        if not re.search(rf"\b{name}\b", manual):
            print(f"docs/man/dns_cares.7: does not tell of {name}")
            faults += 1
    return faults != 0


if __name__ == "__main__":
    sys.exit(main())
