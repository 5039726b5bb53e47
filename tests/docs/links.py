#!/usr/bin/env python3
"""Checks what the pages of a folder refer to: each relative link leads to a file or folder, each anchor to a heading or
an <a id>, and each `make TARGET` is in the Makefile.

usage: links.py SOURCE_FOLDER"""
import pathlib
import re
import sys

LINK = re.compile(r"!?\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^()\s]+)\)")
BLOCK = re.compile(r"^ *(```+).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


def pages(folder):
    return sorted(page for page in folder.rglob("*.md") if "build" not in page.relative_to(folder).parts)


def without_code(text):
    return CODE.sub("", BLOCK.sub("", text))


def slugs(text):
    """Of each heading, as GitHub makes them: small letters, no punctuation, "-" for blanks, a number if there is one."""
    found = set()
    for heading in re.findall(r"^#+ +(.*?) *#*$", BLOCK.sub("", text), re.MULTILINE):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        base = slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 0
        while slug in found:
            number += 1
            slug = f"{base}-{number}"
        found.add(slug)
        yield slug


def anchors(text):
    return {*slugs(text), *re.findall(r'<a id="([^"]*)">', text)}


def broken_links(page):
    for _, target in LINK.findall(without_code(page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists():
            yield f"no file for the link {target}"
        elif anchor and anchor not in anchors(file.read_text()):
            yield f"no heading for the link {target}"


def unknown_targets(page, targets):
    text = page.read_text()
    blocks = "\n".join(block[0] for block in BLOCK.finditer(text))
    command = r"(?:sudo )?make ([a-z-]+)"
    for target in re.findall("`" + command, text) + re.findall("^" + command, blocks, re.MULTILINE):
        if target not in targets:
            yield f"the Makefile has no target {target}"


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    targets = set(re.findall(r"^([a-z-]+):", (folder / "Makefile").read_text(), re.MULTILINE))
    found = pages(folder)
    faults = [f"{page.relative_to(folder)}: {fault}" for page in found
              for fault in [*broken_links(page), *unknown_targets(page, targets)]]
    print("\n".join(faults), f"{len(found)} pages, {len(faults)} faults", sep="\n")
    return len(faults) != 0 or not found


if __name__ == "__main__":
    sys.exit(main())
