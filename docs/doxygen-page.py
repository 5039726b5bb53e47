#!/usr/bin/env python3
"""What Doxygen reads instead of a page in Markdown. The pages are written for GitHub; this gives each heading the
anchor that GitHub gives it, and turns links into what they are on the site: to other pages and their headings, to the pages of
the headers, and to copies of other files in files/, which scripts/docs puts there. Folders are not on the site.

usage: doxygen-page.py PAGE, in the folder of the sources"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/docs"))
from links import LINK, slugs  # noqa: E402

ROOT = pathlib.Path.cwd()


# The library's name would be a link to the namespace.
SPECIAL = re.compile(r"(?P<code>`[^`]+`)|(?P<name>\bdns_cares\b(?![/.:]))|" + LINK.pattern)


def page_id(file):
    return "page_" + re.sub(r"\W", "_", str(file.relative_to(ROOT).with_suffix("")))


def title_of(file):
    return re.search(r"^# (.*)", file.read_text(), re.MULTILINE)[1]


def code(text):
    """As it is, with links to what it names; but for characters that would be commands to Doxygen."""
    if not re.search(r'[\\@%#<>&"]|::', text):
        return f"`{text}`"
    return "<code>" + re.sub(r'::|\\(?!\|)|[@%#<>&"]', r"\\\g<0>", text) + "</code>"


def link(page, text, target):
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if re.match(r"[a-z]+:", target):
        return f"[{text}]({target})"
    if file.suffix == ".md":
        reference = page_id(file) + ("-" + anchor if anchor else "")
        text = title_of(file) if text == file.name else re.sub("[`*]", "", text)
        return f'@ref {reference} "{text}"'
    if file.suffix in (".h", ".hpp"):
        return file.name
    if file == ROOT / "include/dns_cares":
        return f'<a href="files.html">{text}</a>'
    if file.is_dir():
        return text
    return f'<a href="files/{file.relative_to(ROOT)}.txt">{text}</a>'


def image(page, text, target):
    return f'<img src="files/{(page.parent / target).resolve().relative_to(ROOT)}" alt="{text}">'


def heading(page, line, anchor):
    level, title = line.split(" ", 1)
    if level == "#":
        return line if page == ROOT / "README.md" else f"# {title} {{#{page_id(page)}}}"
    return f"{level} {title} {{#{page_id(page)}-{anchor}}}"


def prose(page, line):
    def changed(found):
        if found["code"]:
            return code(found["code"][1:-1])
        if found["name"]:
            return "%" + found["name"]
        if found[0].startswith("!"):
            return image(page, found["text"], found["target"])
        return link(page, found["text"], found["target"])

    return SPECIAL.sub(changed, line)


def read(page):
    text = re.sub(r"^<!-- .*?-->\n", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    anchors = slugs(text)
    block = None  # the fence of the block that a line is in
    for line in text.splitlines():
        fence = re.match(r" *(```+)", line)
        if fence:
            block = fence[1] if block is None else None
            yield line
        elif block is not None:
            yield line
        elif re.match(r"#+ ", line):
            yield heading(page, line, next(anchors))
        else:
            yield prose(page, line)


if __name__ == "__main__":
    print("\n".join(read(pathlib.Path(sys.argv[1]).resolve())))
