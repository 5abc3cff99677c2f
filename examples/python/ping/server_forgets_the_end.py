"""Answers PING with PONG, anything else with a greeting, and QUIT by closing.

usage: server.py [HOST [PORT]]
"""
import socket
import sys
import threading

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 3033
DISCON_MSG = b"QUIT"


def messages(conn):
    """TCP may cut a message anywhere and glue it to the next, so both words are put together here."""
    rest = b""
    # Mistake: recv brings nothing at the end, and this goes round for ever.
    while True:
        rest += conn.recv(1024)
        while rest.startswith(b"PING"):
            yield b"PING"
            rest = rest[4:]
        begun = any(word != rest and word.startswith(rest) for word in (b"PING", DISCON_MSG))
        if rest and not begun:
            yield rest
            rest = b""


def serve(conn, addr):
    with conn:
        try:
            for message in messages(conn):
                print(f"{addr}: {message.decode(errors='replace')}")
                if message == DISCON_MSG:
                    break
                conn.sendall(b"PONG" if message == b"PING" else b"Hello there!")
        except OSError as error:
            print(f"{addr}: {error}")
    print(f"Closed the connection to {addr}")


def main():
    with socket.create_server((HOST, PORT)) as server:
        print(f"Listening on {HOST}:{server.getsockname()[1]}")
        while True:
            conn, addr = server.accept()
            print(f"Connected to {addr}")
            threading.Thread(target=serve, args=(conn, addr), daemon=True).start()


try:
    main()
except KeyboardInterrupt:
    pass
