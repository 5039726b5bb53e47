"""Who is compared, and what each is asked to do."""

import dataclasses

RAISED = 4 << 20  # octets asked for where a peer's receive buffer is raised
WINDOWS = (1, 100, 1000, 10000, 0)  # lookups at once; 0: all names
FAMILIES = ("A", "A+AAAA")


@dataclasses.dataclass(frozen=True)
class Subject:
    key: str
    label: str
    program: str
    rate: int  # about how many lookups a second it does, which says how many names a round has
    variant: str = ""
    rcvbuf: int = 0
    windows: tuple = WINDOWS
    families: tuple = FAMILIES
    env: dict = dataclasses.field(default_factory=dict)
    quick: bool = False  # whether `make bench-quick` has it too
    needs: str = ""  # a command, without which on the PATH it is left out

    def options(self, family):
        words = ["--both"] if family == "A+AAAA" else []
        words += [f"--variant={self.variant}"] if self.variant else []
        words += [f"--rcvbuf={self.rcvbuf}"] if self.rcvbuf else []
        return words


SUBJECTS = [
    Subject("ours", "dns_cares", "ours", 80_000, quick=True),
    Subject("cares-best", "c-ares at its best, buffer raised", "cares", 100_000, "best", RAISED, quick=True),
    Subject("cares-query", "c-ares `ares_query`, buffer raised", "cares", 100_000, "query", RAISED),
    Subject("cares-raised", "c-ares as it comes, buffer raised", "cares", 25_000, "", RAISED, quick=True),
    Subject("cares", "c-ares as it comes", "cares", 25_000),
    Subject("textbook", "c-ares, the textbook design, buffer raised", "textbook", 25_000, "", RAISED),
    Subject("evdns", "evdns, its 64 in flight", "evdns", 80_000, quick=True),
    Subject("evdns-wide", "evdns, 1000 in flight, buffer raised", "evdns", 80_000, "wide", RAISED, quick=True),
    Subject("adns", "adns, buffer raised", "adns", 100_000, "", RAISED, quick=True),
    Subject("udns", "udns, buffer raised", "udns", 80_000, "", RAISED),
    Subject("getdns", "getdns", "getdns", 15_000),
    Subject("libunbound", "libunbound, its thread", "libunbound", 8_000),
    Subject("libunbound-event", "libunbound in libevent's loop", "libunbound_event", 8_000),
    Subject("libuv", "libuv, 4 threads", "libuv", 8_000, env={"UV_THREADPOOL_SIZE": "4"}, quick=True),
    Subject("libuv-128", "libuv, 128 threads", "libuv", 8_000, env={"UV_THREADPOOL_SIZE": "128"}),
    Subject("glibc-async", "glibc `getaddrinfo_a`", "glibc", 10_000, "async", windows=(100, 1000, 10000, 0)),
    Subject("glibc", "glibc `getaddrinfo`, blocking", "glibc", 4_000, windows=(1,)),
    Subject("dnsperf", "dnsperf, a load generator, buffer raised", "commands", 80_000, "dnsperf", RAISED,
            windows=(1, 100, 1000), families=("A",), needs="dnsperf"),
    Subject("command", "dns-cares, the command, JSON in order", "commands", 80_000, "dns-cares", windows=(1000,),
            families=("A",)),
    Subject("massdns", "massdns, JSON, buffer raised", "commands", 80_000, "massdns", RAISED, windows=(1000,), families=("A",),
            needs="massdns"),
    Subject("bare", "bare sockets", "bare", 130_000, "", RAISED, windows=(1, 100, 1000), quick=True),
    Subject("bare-batches", "bare sockets, `sendmmsg` and `recvmmsg`", "bare", 130_000, "batches", RAISED,
            windows=(1, 100, 1000)),
]
BY_KEY = {subject.key: subject for subject in SUBJECTS}

# Names that repeat, so that caches answer.
CACHED = {"ours": 1_000_000, "cares": 50_000, "libunbound": 50_000, "libunbound-event": 50_000}
# Who shares its loop with a 1 ms timer: lookups at once, names.
PACED = {"ours": (0, 100_000), "cares-best": (1000, 100_000), "cares-raised": (1000, 50_000), "textbook": (1000, 50_000)}
# Numbers of names that we are given at once, and peers as each is fastest, a thousand at once: a few names take longer,
# each, than many. The slow ones are spared the many.
SCALES = (10_000, 100_000, 1_000_000)
SCALED = {"cares-best": SCALES, "adns": SCALES, "evdns": SCALES, "evdns-wide": SCALES, "cares-raised": SCALES[:2],
          "libuv": SCALES[:1], "massdns": SCALES, "command": SCALES}
SCALED_WINDOW = 1000
