"""A ping server that is right but for one flaw.

usage: flawed_ping.py FLAW [PORT]     prints its port; the flaw `none` is none, `document` all that its kind has
"""
import socket
import sys
import threading
import time

flaw = sys.argv[1]
port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
serial = flaw in ("document", "serial", "no_end", "no_reset", "dies_of_bytes", "ascii", "one_client")

listener = socket.socket()
if flaw != "no_reuse":
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen()
everyone = set()
print("port", listener.getsockname()[1], flush=True)


DECODING = {"ascii": ("ascii",), "dies_of_bytes": ("utf-8",)}


def send(conn, text):
    if flaw == "pieces":
        conn.sendall(text[:2].encode())
        time.sleep(0.01)
        text = text[2:]
    if flaw == "everyone" and text == "PONG":  # what answers no word may come late, in the middle of another case
        for other in everyone - {conn}:
            try:
                other.sendall(text.encode())
            except OSError:  # it has left: that is no flaw of this one
                pass
    conn.sendall(text.encode() * (2 if flaw == "twice" else 1))


def by_recv(conn):
    """One recv is one message."""
    while True:
        data = conn.recv(1024)
        if not data and flaw != "no_end":
            return
        text = data.decode(*DECODING.get(flaw, ("utf-8", "replace")))
        if text == "QUIT":
            return
        if text == "PING":
            send(conn, "PONG")
        elif text:
            send(conn, "Hello there!")


def by_word(conn):
    """What came is kept until it is a word."""
    conn.settimeout(0.1)
    kept = b""
    while True:
        try:
            data = conn.recv(1024)
        except TimeoutError:
            if kept and not b"PING".startswith(kept):
                if kept == b"QUIT" and flaw != "no_quit":
                    return
                kept = b""
                send(conn, "Hello there!")
            continue
        if not data:
            if flaw == "newline" and kept == b"PING":
                send(conn, "PONG")
            return
        kept += data
        end = b"PING\n" if flaw == "newline" else b"PING"
        while kept.startswith(end):
            kept = b"" if flaw == "once" else kept[len(end):]
            send(conn, "Pong" if flaw == "wrong_word" else "PONG")
            if flaw == "one_answer":
                return


def serve(conn):
    everyone.add(conn)
    with conn:
        if flaw == "flood":
            while True:
                conn.sendall(b"PONG" * 10_000)
        try:
            by_recv(conn) if serial or flaw == "one_recv" else by_word(conn)
        except ConnectionResetError:
            if flaw == "no_reset":
                raise
        finally:
            everyone.discard(conn)


while True:
    client, _ = listener.accept()
    if serial:
        serve(client)
        if flaw == "one_client":
            break
    else:
        threading.Thread(target=serve, args=(client,), daemon=True).start()
