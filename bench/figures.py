"""What the rounds of a cell come to, and which cells there are."""

import statistics


def rate(figures):
    """Lookups per second that ended with all their addresses."""
    return figures["complete"] / figures["seconds"] if "complete" in figures else figures["lookups"] / figures["seconds"]


def cost(figures):
    """Microseconds of processor time for each lookup that ended."""
    return (figures["user"] + figures["system"]) / max(figures["lookups"], 1) * 1e6


class Figures:
    def __init__(self, results):
        self.results = results
        self.cells = results["cells"]

    def cell(self, section, subject, **wanted):
        """The cell, or None if it was not measured."""
        for cell in self.cells:
            if cell["section"] == section and cell["subject"] == subject and all(cell[k] == wanted[k] for k in wanted):
                return cell
        return None

    def median(self, value, section, subject, **wanted):
        """The median over the rounds; `value` is a member of a round's figures, or makes something of them."""
        cell = self.cell(section, subject, **wanted)
        take = value if callable(value) else lambda figures: figures[value]
        return statistics.median(take(figures) for figures in cell["rounds"]) if cell else None

    def best(self, subjects, family):
        """The highest rate of any of the subjects, at any window at which it lost nothing."""
        return self.highest_rate(c for c in self.cells if c["section"] == "peers" and c["family"] == family
                                 and c["subject"] in subjects)

    def best_of_scale(self, subjects, names):
        """The same for so many names."""
        return self.highest_rate(c for c in self.cells if c["section"] == "scale" and c["names"] == names
                                 and c["subject"] in subjects)

    def highest_rate(self, cells):
        rates = [statistics.median(rate(figures) for figures in cell["rounds"]) for cell in cells if lost(cell) == 0]
        return max(rates, default=None)


def lost(cell):
    """Lookups of all rounds that failed, timed out, or had not ended at the limit."""
    return sum(cell["names"] - figures["complete"] for figures in cell["rounds"])
