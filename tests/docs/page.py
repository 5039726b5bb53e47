#!/usr/bin/env python3
"""Runs and compiles all that a page of the documentation shows in fenced blocks, from its top to its end.

usage: page.py PAGE SOURCE_FOLDER BUILD_FOLDER CC CXX

A block's language says what is done with it:

    sh       is run by `sh -eu`, which must end with 0
    console  the lines behind "$ " are run, and what they print must be what is below each of them, whatever blanks are
             in it; "..." stands for any text
    c, cpp   is compiled, warnings being errors: with main() as a program, and else after prelude.h, as declarations or
             as the statements of a function (in cpp: or of a coroutine)
    text     is only shown, as are other languages: they are no commands and no programs

Notes in HTML comments, at the beginning of a line, say what differs:

    <!-- shown: WHY -->          the next block is only shown
    <!-- page shown: WHY -->     so are all blocks of the page
    <!-- file: NAME -->          the next block is also written to this file, for the commands below it
    <!-- same: PATH -->          the next block is what this file of the sources has
    <!-- run: COMMANDS -->       commands that readers do not see: they make input, or look at what was written
    <!-- figures: ... -->        around what benchmarks write; nothing to do here

Commands run in a new folder, one for the whole page, in which what was built is installed (PATH, PKG_CONFIG_PATH and
so on say where), in a network and with an /etc/resolv.conf of their own: servers.sh makes those. Commands that no
machine for tests has are in bin/, and do what their manuals say."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FENCE = re.compile(r"^ *(```+)(\S*)\s*$")
NOTE = re.compile(r"<!-- (shown|page shown|file|same|run|figures):\s+(.*?)\s*-->", re.DOTALL)
SYNTAX = ["-fsyntax-only", "-Wno-unused", "-Wno-deprecated-declarations", "-include", str(HERE / "prelude.h")]
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
STANDARDS = {"c": ["-x", "c", "-std=c99", "-D_POSIX_C_SOURCE=200809L"], "cpp": ["-x", "c++", "-std=c++20"]}
WRAPPERS = {
    "c": ["%s", "void statements(void) {\n%s\n}"],
    "cpp": ["%s", "void statements() {\n%s\n}", "dns_cares::Task<> statements() {\n%s\n}"],
}


class Failed(Exception):
    pass


def read_page(text):
    """Yields (line, what, content, notes): `what` is a language, or "run" for commands that readers do not see."""
    lines = text.split("\n")
    notes = {}
    at = 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        start = at + 1
        if fence:
            end = next((i for i in range(start, len(lines)) if lines[i].strip() == fence[1]), None)
            if end is None:
                raise Failed(f"line {start}: a block without an end")
            yield start, fence[2], "\n".join(lines[start:end]) + "\n", notes
            notes = {}
            at = end
        elif lines[at].startswith("<!-- "):
            while "-->" not in lines[at]:
                at += 1
            note = NOTE.fullmatch("\n".join(lines[start - 1 : at + 1]))
            if note and note[1] == "run":
                yield start, "run", note[2], {}
            elif note:
                notes[note[1]] = note[2]
            else:
                raise Failed(f"line {start}: an unknown note")
        at += 1


class Page:
    def __init__(self, page, source, folder, compilers):
        self.page, self.source, self.folder, self.compilers = page, source, folder, compilers

    def run(self, commands):
        """Returns the exit status and what was printed."""
        done = subprocess.run(["sh", "-euc", commands], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        return done.returncode, done.stdout

    def sh(self, commands, _line):
        status, printed = self.run(commands)
        if status != 0:
            raise Failed(f"exit status {status}\n{printed}")

    def console(self, text, _line):
        commands = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
        if not commands:
            raise Failed("no command")
        for command, expected in commands:
            _, printed = self.run(command)
            pattern = r"\s+".join(map(re.escape, expected.split())).replace(re.escape("..."), ".*")
            if not re.fullmatch(pattern, printed.strip(), re.DOTALL):
                raise Failed(f"$ {command}\nprinted\n{printed}and not\n{expected}")

    def compiled(self, language, code, line):
        include = ["-I", str(self.source / "testkit/include"), "-I", str(self.folder / "prefix/include")]
        command = [self.compilers[language], *STANDARDS[language], *WARNINGS, *include]
        here = f'#line {line + 1} "{self.page.name}"\n'
        if re.search(r"\bmain\(", code):
            self.compile([*command, "-fsyntax-only"], here + code)
            return
        includes = "".join(re.findall(r"^#include.*\n", code, re.MULTILINE))
        code = re.sub(r"^#include.*$", "", code, flags=re.MULTILINE)
        failures = []
        for wrapper in WRAPPERS[language]:
            try:
                self.compile([*command, *SYNTAX], includes + wrapper % (here + code))
                return
            except Failed as failed:
                failures.append(str(failed))
        raise Failed("\n".join(failures))

    def compile(self, command, code):
        done = subprocess.run([*command, "-"], input=code, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr)

    def c(self, code, line):
        self.compiled("c", code, line)

    def cpp(self, code, line):
        self.compiled("cpp", code, line)

    def block(self, line, what, content, notes):
        if what == "":
            raise Failed("a block without a language")
        if "file" in notes:
            (self.folder / notes["file"]).write_text(content)
        if "same" in notes and (self.source / notes["same"]).read_text() != content:
            raise Failed(f"it is not what {notes['same']} has")
        if what == "run":
            what = "sh"
        if "shown" not in notes and what in ("sh", "console", "c", "cpp"):
            getattr(self, what)(content, line)


def main():
    page, source, build = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
    text = page.read_text()
    if re.search(r"^<!-- page shown: .*-->$", text, re.MULTILINE):
        print(f"{page.name}: only shown")
        return 0
    try:
        blocks = list(read_page(text))
    except Failed as failed:
        sys.exit(f"{page.name}: {failed}")
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prefix = folder / "prefix"
        subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        library = next(prefix.rglob("libdns_cares.so")).parent
        os.environ.update(
            PATH=f"{prefix}/bin:{HERE}/bin:{os.environ['PATH']}", HOME=name, LC_ALL="C.UTF-8",
            CMAKE_PREFIX_PATH=str(prefix), LD_LIBRARY_PATH=str(library), PKG_CONFIG_PATH=f"{library}/pkgconfig", LIBRARY_PATH=str(library),
            SOURCE=str(source))
        checked = Page(page, source, folder, {"c": sys.argv[4], "cpp": sys.argv[5]})
        for block in blocks:
            try:
                checked.block(*block)
            except (Failed, subprocess.TimeoutExpired) as failed:
                failures += 1
                print(f"{page.name}:{block[0]}: {block[1]}: {failed}", file=sys.stderr)
    shown = sum("shown" in notes for _, _, _, notes in blocks)
    print(f"{page.name}: {len(blocks)} blocks, {shown} of them only shown, {failures} failed")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
