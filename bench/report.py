"""What the figures say: tables."""

import statistics

from subjects import SUBJECTS

LABELS = {s.key: s.label for s in SUBJECTS}


def rate(figures):
    """Lookups per second that ended with all their addresses."""
    return figures.get("complete", 0) / figures["seconds"]


def cost(figures):
    """Microseconds of processor time per lookup."""
    return (figures["user"] + figures["system"]) / figures["lookups"] * 1e6 if figures["lookups"] else float("nan")


def median(values):
    return statistics.median(values)


def window_text(window):
    return str(window) if window else "all"


def summary(cell):
    rounds = cell["rounds"]
    return {
        "rate": median([rate(r) for r in rounds]),
        "cost": median([cost(r) for r in rounds]),
        "lost": sum(cell["names"] - r.get("complete", 0) for r in rounds),
        "of": cell["names"] * len(rounds),
        "killed": any("killed" in r for r in rounds),
    }


def table(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    line = lambda row: "| " + " | ".join(str(text).ljust(width) for text, width in zip(row, widths)) + " |"
    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def throughput(cells):
    """One table for each family and window: medians, and ratios to ours."""
    parts = []
    for family, window in dict.fromkeys((c["family"], c["window"]) for c in cells):
        here = {c["subject"]: summary(c) for c in cells if (c["family"], c["window"]) == (family, window)}
        ours = here.get("ours", {}).get("rate")
        rows = [[LABELS[key], f"{s['rate']:,.0f}", f"{ours / s['rate']:.2f}" if ours and s["rate"] else "",
                 f"{s['cost']:.2f}", f"{s['lost']} of {s['of']}" + (" (killed)" if s["killed"] else "") if s["lost"]
                 else ""] for key, s in here.items()]
        parts.append(f"{family}, window {window_text(window)}\n" +
                     table(["subject", "lookups/s", "ours/this", "us each", "lost"], rows))
    return "\n\n".join(parts)
