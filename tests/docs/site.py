#!/usr/bin/env python3
"""Checks a folder of HTML pages: each link to a file or an anchor, and each picture, leads somewhere.

usage: site.py FOLDER"""
import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, file):
        super().__init__()
        self.anchors, self.targets = set(), set()
        self.feed(file.read_text(errors="replace"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        self.targets |= {attributes[key] for key in ("href", "src", "data") if attributes.get(key)}


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    pages = {file: Page(file) for file in folder.rglob("*.html")}
    faults = links = 0
    for file, page in pages.items():
        for target in page.targets:
            url = urllib.parse.urlsplit(target)
            if url.scheme or url.netloc:
                continue
            links += 1
            path = (file.parent / urllib.parse.unquote(url.path)).resolve() if url.path else file
            anchor = urllib.parse.unquote(url.fragment)
            if not path.is_file() or (anchor and path in pages and anchor not in pages[path].anchors):
                print(f"{file.relative_to(folder)}: leads nowhere: {target}")
                faults += 1
    print(f"{len(pages)} pages, {links} links, {faults} lead nowhere")
    return faults != 0 or not pages


if __name__ == "__main__":
    sys.exit(main())
