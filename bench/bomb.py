"""What a page that unpacks to 300 MB costs the process that fetches it: peak memory through our door, minus before."""

import gzip
import multiprocessing
import random
import socket
import threading
from contextlib import closing
from pathlib import Path

import brotli
import zstandard
from _house import report

from claims.errors import FetchFailed
from claims.web.fetch import Door, fetch

MEGABYTE = 1024 * 1024
SIZE = 300 * MEGABYTE
AIM = 64  # MB
NOTHING = bytes(SIZE)


def hardly_a_bomb():
    """Packs to about 1 : 150, so that only its size gives it away."""
    chance = random.Random(1)
    return b"".join(chance.randbytes(100) + bytes(16_000) for _ in range(SIZE // 16_100))


BOMBS = {
    "gzip bomb": ("gzip", lambda: gzip.compress(NOTHING, 9)),
    "br bomb": ("br", lambda: brotli.compress(NOTHING, quality=5)),
    "zstd bomb": ("zstd", lambda: zstandard.compress(NOTHING)),
    "gzip page that packs less well": ("gzip", lambda: gzip.compress(hardly_a_bomb(), 6)),
}


def peak():
    """MB: the most this program ever had in memory.  (``ru_maxrss`` would count what forked it, too.)"""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def serve(listener, encoding, packed):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(packed)}\r\n\r\n"
    connection, _ = listener.accept()
    with closing(connection):
        connection.recv(65536)
        connection.sendall(head.encode() + packed)


def visit(light_port, bomb_port, answer):
    """In a process of its own: with what code the bomb was refused, and by how many MB the peak rose meanwhile."""
    allowed = frozenset({("127.0.0.1", light_port), ("127.0.0.1", bomb_port)})
    door = Door(resolver=lambda host: ["127.0.0.1"], allowed=allowed)
    fetch(f"http://bomb.test:{light_port}/", door=door)  # what any fetch needs is there before it is counted
    before = peak()
    try:
        fetch(f"http://bomb.test:{bomb_port}/", door=door)
        code = "none"
    except FetchFailed as failed:
        code = failed.code
    answer.send((code, peak() - before))


def measure(encoding, packed):
    context = multiprocessing.get_context("spawn")
    with socket.create_server(("127.0.0.1", 0)) as light, socket.create_server(("127.0.0.1", 0)) as heavy:
        for listener, sent in ((light, ("identity", b"A page.")), (heavy, (encoding, packed))):
            threading.Thread(target=serve, args=(listener, *sent), daemon=True).start()
        here, there = context.Pipe()
        child = context.Process(target=visit, args=(light.getsockname()[1], heavy.getsockname()[1], there))
        child.start()
        there.close()
        code, rise = here.recv()
        child.join()
    if code != "bomb":
        raise SystemExit(f"A {encoding} bomb was not refused as one; the code: {code}")
    return rise


if __name__ == "__main__":
    rows = []
    for name, (encoding, pack) in BOMBS.items():
        packed = pack()
        rise = measure(encoding, packed)
        print(f"{name}: {len(packed) / 1024:.0f} kB on the wire, refused")
        rows.append((f"rise of a process that fetches a 300 MB {name} (MB)", rise, f"<= {AIM} is the aim"))
    report("bomb", rows)
    print("The aim holds." if all(rise <= AIM for _name, rise, _goal in rows) else "The aim does not hold.")
