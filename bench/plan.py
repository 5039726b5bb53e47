"""What is measured: cells, each one command that is run once a round."""

import itertools
import random
import shutil
import sys
import time

from subjects import CACHED, FAMILIES, PACED, SCALED, SCALED_WINDOW, SCALES, SUBJECTS, WINDOWS

PROGRAMS = "bench/bin"  # in the build folder
CACHED_NAMES = 100
SINGLE_LOOKUPS = 3000  # a second, at window 1
LEAST_AT_ONCE, MOST_AT_ONCE = 2_000, 50_000
UNLIMITED = "--limit=0"  # these are long, and lose nothing
SLACK = 1.2  # for what a program does beside its lookups
LOOPS_LOOKUPS = 2_000_000


def names_of(subject, family, window, seconds):
    """So many that a round of this subject lasts about so long, and that the window is filled twice."""
    rate = subject.rate / (2 if family == "A+AAAA" else 1)
    if window == 1:
        return int(min(rate, SINGLE_LOOKUPS) * seconds)
    if window == 0:
        return int(min(max(rate, LEAST_AT_ONCE), MOST_AT_ONCE))
    return int(max(rate * seconds, 2 * window))


class Plan:
    """The cells of all sections, and the rounds over them."""

    def __init__(self, args):
        self.args = args
        self.programs = args.build / PROGRAMS
        self.cells = []
        self.prefixes = itertools.count(random.getrandbits(24))
        self.all_subjects = [s for s in SUBJECTS if self.is_there(s) and (not args.subjects or s.key in args.subjects)]
        self.subjects = [s for s in self.all_subjects if s.quick or args.subjects or not args.quick]
        for section in args.sections:
            getattr(self, "add_" + section)()

    def is_there(self, subject):
        return (self.programs / subject.program).exists() and (not subject.needs or shutil.which(subject.needs))

    def add(self, section, subject, family, window, names, *options):
        command = [subject.program, f"--names={names}", f"--window={window}",
                   f"--limit={self.args.limit}", *subject.options(family), *options]
        self.cells.append({"section": section, "subject": subject.key, "family": family, "window": window,
                           "names": names, "command": command, "env": subject.env, "rounds": []})

    def add_peers(self):
        windows = self.args.windows or ((1, 1000) if self.args.quick else WINDOWS)
        for family in self.args.families or FAMILIES:
            for window in windows:
                for subject in self.subjects:
                    if window in subject.windows and family in subject.families:
                        self.add("peers", subject, family, window,
                                 names_of(subject, family, window, self.args.seconds))

    def add_scale(self):
        for subject in self.subjects:
            if subject.key == "ours":
                for names in SCALES:
                    self.add("scale", subject, "A", 0, names, UNLIMITED)
            for names in SCALED.get(subject.key, ()):
                self.add("scale", subject, "A", SCALED_WINDOW, names)

    def add_cached(self):
        for subject in self.all_subjects:
            if subject.key in CACHED:
                self.add("cached", subject, "A", 100, CACHED[subject.key], f"--distinct={CACHED_NAMES}")

    def add_pace(self):
        self.add_program("pace", "idle", "idle", "1")
        for subject in self.subjects:
            if subject.key in PACED:
                window, names = PACED[subject.key]
                self.add("pace", subject, "A", window, names, "--pace", UNLIMITED)

    def add_loops(self):
        for subject, loops, kind in (("1", 1, "threads"), ("2", 2, "threads"), ("2 processes", 2, "processes")):
            self.add_program("loops", subject, "loops", str(loops), str(LOOPS_LOOKUPS), kind)
            self.cells[-1]["on_all_cores"] = True

    def add_program(self, section, subject, program, *arguments):
        self.cells.append({"section": section, "subject": subject, "command": [program, *arguments], "rounds": []})

    def run(self, lab):
        """Round by round over all cells, so that what disturbs the machine disturbs all alike."""
        began = time.monotonic()
        for number in range(1, self.args.rounds + 1):
            wanted = [cell for cell in self.cells if self.is_wanted(cell)]
            for cell in wanted:
                cell["rounds"].append(self.run_once(lab, cell))
            spent = time.monotonic() - began
            print(f"round {number} of {self.args.rounds} done after {spent:.0f} s", file=sys.stderr)
            if spent + self.next_round() > self.args.minutes * 60:
                break
        return self.cells

    def is_wanted(self, cell):
        return sum(figures["seconds"] for figures in cell["rounds"]) < self.args.limit

    def next_round(self):
        """About how many seconds it will take."""
        return sum(cell["rounds"][-1]["seconds"] for cell in self.cells if self.is_wanted(cell)) * SLACK

    def run_once(self, lab, cell):
        program, *arguments = cell["command"]
        command = [str(self.programs / program), *arguments]
        if "names" in cell:  # Nobody has asked for these yet.
            command.append(f"--prefix=x{next(self.prefixes):x}-")
        return lab.measure(command, pinned="on_all_cores" not in cell, env=cell.get("env"))
