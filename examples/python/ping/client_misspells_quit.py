"""Sends PING, prints the answer, and leaves with QUIT.

usage: client.py [HOST [PORT]]
"""
import socket
import sys

HOST = sys.argv[1] if len(sys.argv) > 1 else "localhost"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 3033
DISCON_MSG = "Quit"  # Mistake: the token is exact to the letter.


def recv_resp(sock, size):
    """So many bytes: one recv may bring fewer."""
    data = b""
    while len(data) < size and (chunk := sock.recv(size - len(data))):
        data += chunk
    return data.decode()


def main():
    with socket.create_connection((HOST, PORT)) as sock:
        print(f"Connected to {HOST}:{PORT}")
        sock.sendall("PING".encode())
        print(recv_resp(sock, len("PONG")))
        sock.sendall(DISCON_MSG.encode())


try:
    main()
except KeyboardInterrupt:
    pass
except OSError as error:
    sys.exit(f"{HOST}:{PORT}: {error}")
