"""What the figures say: tables for the terminal, and tables and plots for docs/performance.md."""

import json

import plots
import targets
from figures import Figures, cost, lost, rate
from subjects import BY_KEY, FAMILIES, SUBJECTS, WINDOWS

PLOTS = {"rates": "Cold lookups a second", "processor": "Processor time for a cold lookup",
         "windows": "Lookups a second by how many are started at once", "pace": "Gaps of a 1 ms timer"}
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def table(header, rows):
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    line = lambda row: "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |"
    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def window_text(window):
    return f"{window:,}" if window else "all"


def target_table(figures):
    return table(["figure", "target", "measured", ""], targets.rows(figures))


def rate_text(figures, subject, family, window):
    cell = figures.cell("peers", subject, family=family, window=window)
    if cell is None:
        return ""
    text = f"{figures.median(rate, 'peers', subject, family=family, window=window):,.0f}"
    share = lost(cell) / (cell["names"] * len(cell["rounds"]))
    return text + (f" (lost {max(share, 0.0001):.2%})" if share else "")


def measured_subjects(figures, family):
    return [s for s in SUBJECTS if any(c["section"] == "peers" and c["subject"] == s.key and c["family"] == family
                                       for c in figures.cells)]


def rate_table(figures, family):
    """Lookups per second, and behind them what one costs at window 1000."""
    windows = [w for w in WINDOWS if any(c["section"] == "peers" and c["family"] == family and c["window"] == w
                                         for c in figures.cells)]
    ours = figures.median(cost, "peers", "ours", family=family, window=1000)
    rows = []
    for subject in measured_subjects(figures, family):
        this = figures.median(cost, "peers", subject.key, family=family, window=1000)
        rows.append([subject.label, *(rate_text(figures, subject.key, family, w) for w in windows),
                     f"{this:.1f} us" if this else "", f"{this / ours:.2f}" if this and ours else ""])
    return table([f"{family}: lookups/s with so many at once", *map(window_text, windows), "processor time at 1,000",
                  "to ours"], rows)


def cell_table(figures, section):
    """Any section, cell by cell: for whoever runs only that."""
    rows = [[c["subject"], window_text(c["window"]), f"{c['names']:,}",
             f"{figures.median(rate, section, c['subject'], names=c['names']):,.0f}",
             f"{figures.median(cost, section, c['subject'], names=c['names']):.2f} us", str(lost(c))]
            for c in figures.cells if c["section"] == section and "names" in c]
    return table([section, "at once", "names", "lookups/s", "processor time", "lost"], rows) if rows else ""


def pace_table(figures):
    shares = ("p50", "p99", "p99.9", "max")
    rows = []
    for cell in figures.cells:
        if cell["section"] == "pace":
            label = "idle" if cell["subject"] == "idle" else \
                f"{BY_KEY[cell['subject']].label}, {cell['names']:,} names, {window_text(cell['window'])} at once"
            rows.append([label, *(f"{figures.median('gap_' + share, 'pace', cell['subject']):.1f} ms" for share in shares)])
    return table(["gaps of a 1 ms timer", *shares], rows) if rows else ""


def memory_table(figures):
    memory = figures.results.get("memory")
    if memory is None:
        return ""
    labels = {"queued": "a lookup that waits for its turn", "in_flight_a": "a lookup of A on the wire",
              "in_flight_a_aaaa": "a lookup of A and AAAA on the wire", "cache_entry": "a cache entry of one address",
              "cares_query": "c-ares: a query on the wire", "cares_getaddrinfo_a": "c-ares: a lookup of A on the wire",
              "cares_getaddrinfo_a_aaaa": "c-ares: a lookup of A and AAAA on the wire"}
    return table([f"memory, names of {memory['name']} octets", "bytes"],
                 [[label, str(memory[key])] for key, label in labels.items()])


def micro_table(figures):
    micro = figures.results.get("micro")
    return table(["small parts", "ns"], [[name, f"{ns:,.0f}"] for name, ns in micro.items()]) if micro else ""


def conditions(figures):
    machine = figures.results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    rounds = max((len(c["rounds"]) for c in figures.cells), default=0)
    return (f"Measured on {machine['date']}: {machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}. "
            f"Receive buffers: {machine['receive_buffer']:,} octets as they come, {machine['receive_buffer_raised']:,} "
            f"raised. Medians of up to {rounds} rounds. Others kept the machine {machine['busy_before']:.0%} busy just "
            f"before. The server lost {figures.results['server_drops']} queries. {versions}.")


def tables(figures):
    return [rate_table(figures, family) for family in FAMILIES if measured_subjects(figures, family)] + \
        [text for text in (cell_table(figures, "scale"), cell_table(figures, "cached"), pace_table(figures),
                           memory_table(figures), micro_table(figures)) if text]


def text(results):
    figures = Figures(results)
    ending = [target_table(figures)] if results["whole"] else []
    return "\n\n".join([*tables(figures), conditions(figures), *ending])


def write_docs(results, docs):
    """Puts the tables between the markers of performance.md, and the plots and the figures into a folder beside it."""
    figures = Figures(results)
    page = docs / "performance.md"
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    images = [f"![{title}](performance/{name}.svg)" for name, title in PLOTS.items()]
    parts = [BEGIN, conditions(figures), target_table(figures), *images, *tables(figures), END]
    page.write_text(before + "\n\n".join(parts) + after)
    plots.draw(figures, docs / "performance")
    (docs / "performance/figures.json").write_text(json.dumps(results, indent=1) + "\n")
