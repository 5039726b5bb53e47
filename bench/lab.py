#!/usr/bin/python3
"""The place in which everything is measured: a network and an /etc of its own, with one server, on two cores.

Nothing leaves it, and all peers find the same in it: NSD on port 53 of 127.0.0.1, whose wildcard zone has an address
of each family for every name; routes to those addresses, so that sorting them does its real work; a hosts file of
three lines. The server has one core, and who is measured the other.
"""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PORT = 53
ZONE = """$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
* A 192.0.2.1
* AAAA 2001:db8::1
"""
# The server's own receive buffer is large: what is lost, a client has lost.
NSD_CONF = """
server:
  ip-address: 127.0.0.1
  port: {port}
  server-count: 1
  receive-buffer-size: 67108864
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  xfrdir: "{folder}"
  xfrdfile: ""
  zonelistfile: "{folder}/zones"
  pidfile: ""
  rrl-ratelimit: 0
  minimal-responses: yes
  verbosity: 0
remote-control:
  control-enable: no
zone:
  name: "bench.test"
  zonefile: "zone"
"""
ETC = {
    "hosts": "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 lab\n",
    "nsswitch.conf": "hosts: files dns\n",
    "resolv.conf": "nameserver 127.0.0.1\n",
}
ADDRESSES = ["192.0.2.2/24", "2001:db8::2/64"]
MARK = "DNS_CARES_BENCH_LAB"  # in the environment of who is inside
PR_SET_PDEATHSIG = 1
PATIENCE = 120  # seconds, for what measures itself in far fewer


def enter(script, arguments):
    """Runs the script again in namespaces of its own, where it is root, if it is not there yet."""
    if MARK in os.environ:
        return
    as_root = []
    if os.geteuid() != 0:
        print("Not root: the server's receive buffer stays small, and it loses queries of large windows.", file=sys.stderr)
        as_root = ["--user", "--map-root-user"]
    command = ["unshare", *as_root, "--net", "--mount", "--", script, *arguments]
    os.execvpe("unshare", command, {**os.environ, MARK: "1"})


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Lab:
    """With it, the network, /etc and the server are there; they go with the process."""

    def __init__(self):
        cores = sorted(os.sched_getaffinity(0))
        self.server_core, self.client_core = cores[0], cores[-1]
        self.cores = cores

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dns_cares_bench."))
        self.make_network()
        self.make_etc()
        self.start_server()
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.folder)

    def make_network(self):
        run = lambda *words: subprocess.run(words, check=True)
        run("ip", "link", "set", "lo", "up")
        for address in ADDRESSES:
            run("ip", "address", "add", address, "dev", "lo", *(["nodad"] if ":" in address else []))

    def make_etc(self):
        for name, text in ETC.items():
            file = self.folder / name
            file.write_text(text)
            subprocess.run(["mount", "--bind", file, f"/etc/{name}"], check=True)

    def start_server(self):
        (self.folder / "zone").write_text(ZONE)
        conf = self.folder / "nsd.conf"
        conf.write_text(NSD_CONF.format(port=PORT, folder=self.folder))
        path = shutil.which("nsd", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        log = open(self.folder / "nsd.log", "w+")
        self.server = subprocess.Popen([path, "-d", "-c", conf], stdout=log, stderr=log,
                                       preexec_fn=lambda: self.pin_server())
        for _ in range(200):
            if self.server_answers():
                return
            time.sleep(0.05)
        log.seek(0)
        raise SystemExit(f"NSD does not answer. It wrote:\n{log.read()}")

    def pin_server(self):
        end_with_parent()
        os.sched_setaffinity(0, [self.server_core])

    def server_answers(self):
        query = b"\0\1\1\0\0\1\0\0\0\0\0\0\1a\5bench\4test\0\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.25)
            client.connect(("127.0.0.1", PORT))
            try:
                client.send(query)
                return client.recv(512)[7] == 1
            except OSError:
                return False

    def server_drops(self):
        """How many queries have not fitted into the server's receive buffer."""
        sockets = [line.split() for line in pathlib.Path("/proc/net/udp").read_text().split("\n")[1:] if line]
        return sum(int(fields[-1]) for fields in sockets if fields[1].endswith(f":{PORT:04X}"))

    def measure(self, command, pinned=True, env=None):
        """Runs a program, on the client's core if it is to be pinned, and gives the JSON that it prints."""
        cores = [self.client_core] if pinned else self.cores

        def prepare():
            end_with_parent()
            os.sched_setaffinity(0, cores)

        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=PATIENCE, check=True,
                              env={**os.environ, **(env or {})}, preexec_fn=prepare)
        return json.loads(done.stdout)


if __name__ == "__main__":
    # lab.py COMMAND: runs a shell command in the lab, for a look at one program.
    enter(__file__, sys.argv[1:])
    with Lab():
        subprocess.run(" ".join(sys.argv[1:]), shell=True)
