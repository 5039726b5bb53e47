"""The figures to reach, and what was measured."""

from figures import cost, lost, rate
from subjects import SCALES

QUEUED_BYTES, ENTRY_BYTES, ADDRESS_BYTES = 256, 200, 4


def verdict(met):
    return "met" if met else "**not met**"


def missing(figure, target, why="not measured"):
    return [figure, target, why, ""]


def at_least(figure, target, ours, theirs, factor, unit="/s"):
    """ours is to be at least factor times theirs."""
    if ours is None or theirs is None:
        return missing(figure, target)
    return [figure, target, f"{ours:,.0f}{unit} against {theirs:,.0f}{unit}: {ours / theirs:.2f} x",
            verdict(ours >= factor * theirs)]


def cold_a(figures):
    row = lambda target, peers, factor: at_any_number(figures, "cold A, any number of names at once", target, peers,
                                                      factor)
    return [
        row("c-ares at its best", ["cares-best"], 1),
        row("3.5 x c-ares as it comes", ["cares-raised"], 3.5),
        row("1.15 x evdns at its best", ["evdns", "evdns-wide"], 1.15),
        row("1.2 x massdns", ["massdns"], 1.2) if figures.best_of_scale(["massdns"], SCALES[0]) else
        missing("cold A, any number of names at once", "1.2 x massdns", "Debian has no package of it"),
        row("12 x libuv", ["libuv"], 12),
        row("adns", ["adns"], 1),
    ]


def at_any_number(figures, figure, target, peers, factor):
    """Of the numbers of names at which they were measured too, the one at which we do worst beside them."""
    pairs = [(figures.median(rate, "scale", "ours", names=names), figures.best_of_scale(peers, names), names)
             for names in SCALES]
    pairs = [pair for pair in pairs if None not in pair]
    if not pairs:
        return missing(figure, target)
    ours, theirs, names = min(pairs, key=lambda pair: pair[0] / pair[1])
    row = at_least(figure, target, ours, theirs, factor)
    row[2] += f", {names:,} names"
    return row


def command(figures):
    figure, target = "the command, 1,000,000 new names, JSON in order", "massdns"
    ours, theirs = (figures.best_of_scale([subject], SCALES[-1]) for subject in ("command", "massdns"))
    return [at_least(figure, target, ours, theirs, 1)] if theirs else [missing(figure, target, "Debian has no package of it")]


def cold_a_aaaa(figures):
    ours = figures.median(rate, "peers", "ours", family="A+AAAA", window=1000)
    row = lambda target, peers, factor: at_least("cold A+AAAA, sorted", target, ours, figures.best(peers, "A+AAAA"),
                                                 factor)
    return [row("c-ares at its best, which does not sort", ["cares-best"], 1),
            row("1.15 x evdns at its best", ["evdns", "evdns-wide"], 1.15)]


def processor_time(figures):
    figure = "processor time per cold A lookup"
    target = "at most 1.33 x bare sockets (stretch: 1.2 x)"
    ours = figures.median(cost, "peers", "ours", family="A", window=1000)
    bare = figures.median(cost, "peers", "bare", family="A", window=1000)
    if ours is None or bare is None:
        return [missing(figure, target)]
    return [[figure, target, f"{ours:.1f} us against {bare:.1f} us: {ours / bare:.2f} x", verdict(ours <= 1.33 * bare)]]


def losses(figures):
    figure, target = "lookups lost, 100,000 names at once", "0"
    cell = figures.cell("scale", "ours", names=100_000)
    if cell is None:
        return [missing(figure, target)]
    return [[figure, target, f"{lost(cell)} in {len(cell['rounds'])} rounds", verdict(lost(cell) == 0)]]


def scaling(figures):
    few, many = (figures.median(rate, "scale", "ours", names=names) for names in (SCALES[0], SCALES[-1]))
    return [at_least("throughput at 1,000,000 names over that at 10,000", "at least 0.95 x", many, few, 0.95)]


def latency(figures):
    figure, target = "latency of a single cold lookup, median", "at most 1.05 x c-ares at its best"
    ours, theirs = (figures.median("latency_p50", "peers", subject, family="A", window=1)
                    for subject in ("ours", "cares-best"))
    if ours is None or theirs is None:
        return [missing(figure, target)]
    return [[figure, target, f"{ours * 1e6:.0f} us against {theirs * 1e6:.0f} us: {ours / theirs:.2f} x",
             verdict(ours <= 1.05 * theirs)]]


def pace(figures):
    figure, target = "gaps of a 1 ms timer during 100,000 names, p99.9", "at most 2 x idle, below 5 ms"
    ours, idle = (figures.median("gap_p99.9", "pace", subject) for subject in ("ours", "idle"))
    if ours is None or idle is None:
        return [missing(figure, target)]
    return [[figure, target, f"{ours:.1f} ms, idle {idle:.1f} ms", verdict(ours <= 2 * idle and ours < 5)]]


def cache_hit(figures):
    figure = "cache hit, start to callback with its addrinfo list"
    together, alone = (figures.results.get("micro", {}).get(f"cache_hit_a/{n}") for n in (128, 1))
    rows = [missing(figure, "at most 300 ns")]
    if together is not None:
        rows = [[figure, "at most 300 ns", f"{together:.0f} ns of 128 in one turn of the loop; {alone:.0f} ns alone",
                 verdict(together <= 300)]]
    ours = figures.median(cost, "cached", "ours")
    for subject, label in (("libunbound", "libunbound's"), ("libunbound-event", "libunbound's in libevent's loop")):
        rows.append(faster(figure, f"20 x faster than {label}", ours, figures.median(cost, "cached", subject)))
    theirs = figures.median(cost, "cached", "cares") if has_query_cache(figures) else None
    rows.append(faster(figure, "20 x faster than that of c-ares 1.34", ours, theirs))
    return rows


def faster(figure, target, ours, theirs):
    if ours is None or theirs is None:
        return missing(figure, target)
    return [figure, target, f"{ours:.2f} us against {theirs:.2f} us: {theirs / ours:.1f} x", verdict(theirs >= 20 * ours)]


def memory(figures):
    measured = figures.results.get("memory")
    queued = "bytes per queued lookup"
    entry = "bytes per cache entry, one address"
    if measured is None:
        return [missing(queued, ""), missing(entry, "")]
    name = measured["name"]
    most_queued, most_entry = QUEUED_BYTES + name, ENTRY_BYTES + name + ADDRESS_BYTES
    return [[queued, f"at most {QUEUED_BYTES} and the name, here {most_queued}", f"{measured['queued']}",
             verdict(measured["queued"] <= most_queued)],
            [entry, f"at most {ENTRY_BYTES}, name and data, here {most_entry}", f"{measured['cache_entry']}",
             verdict(measured["cache_entry"] <= most_entry)]]


def loops(figures):
    one, two, apart = (figures.median(rate, "loops", subject) for subject in ("1", "2", "2 processes"))
    row = at_least("two loops on two threads, cached", "at least 1.9 x one", two, one, 1.9)
    if one and apart:
        row[2] += f"; in two processes {apart / one:.2f} x"
    return [row]


def newer_cares(figures):
    if not has_query_cache(figures):
        return [missing("cold A and A+AAAA on c-ares 1.34", "1.1 x c-ares 1.34 at its best", "this is c-ares 1.18")]
    return [at_least(f"cold {family} on c-ares 1.34", "1.1 x c-ares 1.34 at its best",
                     figures.median(rate, "peers", "ours", family=family, window=1000),
                     figures.best(["cares-best"], family), 1.1) for family in ("A", "A+AAAA")]


def has_query_cache(figures):
    """Whether c-ares, as it comes, has its query cache switched on."""
    versions = figures.results["machine"]["versions"]
    version = versions.get("libcares2") or versions.get("libc-ares2") or "1.18"
    return tuple(int(part) for part in version.split("-")[0].split(".")[:2]) >= (1, 31)


def rows(figures):
    parts = (cold_a, command, cold_a_aaaa, processor_time, losses, scaling, latency, pace, cache_hit, memory, loops, newer_cares)
    return [row for part in parts for row in part(figures)]
