"""Who is compared, and what each is asked to do."""

import dataclasses

RAISED = 4 << 20  # octets asked for where a peer's receive buffer is raised


@dataclasses.dataclass(frozen=True)
class Subject:
    key: str
    label: str
    program: str
    rate: int  # about how many lookups a second it does: how many names it gets in a round
    variant: str = ""
    rcvbuf: int = 0
    windows: tuple = (1, 100, 1000, 10000, 0)  # 0: all names at once
    families: tuple = ("A", "A+AAAA")
    env: dict = dataclasses.field(default_factory=dict)

    def command(self, build, family, window, names, prefix):
        words = [build / "bench" / self.program, f"--names={names}", f"--window={window}", f"--prefix={prefix}"]
        if family == "A+AAAA":
            words.append("--both")
        if self.variant:
            words.append(f"--variant={self.variant}")
        if self.rcvbuf:
            words.append(f"--rcvbuf={self.rcvbuf}")
        return words


SUBJECTS = [
    Subject("ours", "dns_cares", "ours", 80_000),
    Subject("bare", "bare sendto/recv", "bare", 130_000, rcvbuf=RAISED, windows=(1, 100, 1000)),
    Subject("bare-batches", "bare sendmmsg/recvmmsg", "bare", 130_000, "batches", RAISED, windows=(1, 100, 1000)),
    Subject("cares", "c-ares as it comes", "cares", 25_000),
    Subject("cares-raised", "c-ares as it comes, buffer raised", "cares", 25_000, rcvbuf=RAISED),
    Subject("cares-best", "c-ares at its best", "cares", 100_000, "best", RAISED),
    Subject("cares-query", "c-ares ares_query", "cares", 100_000, "query", RAISED),
    Subject("evdns", "evdns", "evdns", 80_000),
    Subject("evdns-wide", "evdns, 1000 in flight, buffer raised", "evdns", 80_000, "wide", RAISED),
    Subject("adns", "adns, buffer raised", "adns", 100_000, rcvbuf=RAISED),
    Subject("udns", "udns, buffer raised", "udns", 90_000, rcvbuf=RAISED),
]
