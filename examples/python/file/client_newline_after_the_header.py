"""Sends a file.

usage: client.py FILE [HOST [PORT]]
"""
import os
import socket
import sys
import time

FILE = sys.argv[1] if len(sys.argv) > 1 else sys.exit("usage: client.py FILE [HOST [PORT]]")
HOST = sys.argv[2] if len(sys.argv) > 2 else "localhost"
PORT = int(sys.argv[3]) if len(sys.argv) > 3 else 12345
SEPARATOR = "<SEPARATOR>"


def send(sock, filename):
    size = os.path.getsize(filename)
    # Mistake: the newline is taken for data.
    sock.sendall(f"{filename}{SEPARATOR}{size}\n".encode())
    time.sleep(0.3)  # many receivers take what one recv brings for the whole header
    print(f"Sending {filename}")
    with open(filename, "rb") as f:
        sock.sendfile(f)
    print(f"Done sending {filename}")


def main():
    if not os.path.isfile(FILE):
        sys.exit(f"{FILE} does not exist!")
    print(f"Connecting to {HOST}:{PORT}")
    with socket.create_connection((HOST, PORT)) as sock:
        print(f"Connected to {HOST}:{PORT}")
        send(sock, FILE)


try:
    main()
except KeyboardInterrupt:
    pass
except OSError as error:
    sys.exit(f"{HOST}:{PORT}: {error}")
