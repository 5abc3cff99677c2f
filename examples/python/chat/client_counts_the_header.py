"""Says each line that is typed, and shows what the others say.

usage: client.py NAME [HOST [PORT]]
"""
import os
import socket
import sys
import threading

NAME = sys.argv[1] if len(sys.argv) > 1 else sys.exit("usage: client.py NAME [HOST [PORT]]")
HOST = sys.argv[2] if len(sys.argv) > 2 else "localhost"
PORT = int(sys.argv[3]) if len(sys.argv) > 3 else 12345
HEADER_LENGTH = 10


def frame(text):
    data = text.encode()
    # Mistake: the length is that of the body alone.
    return f"{len(data) + HEADER_LENGTH:<{HEADER_LENGTH}}".encode() + data


def receive(sock, size):
    """So many bytes: one recv may bring fewer."""
    data = b""
    while len(data) < size:
        chunk = sock.recv(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


def receive_message(sock):
    length = int(receive(sock, HEADER_LENGTH))
    return receive(sock, length).decode()


def listen(sock):
    try:
        while True:
            username = receive_message(sock)
            message = receive_message(sock)
            print(f"\r{username}> {message}\n{NAME}> ", end="", flush=True)
    except EOFError:
        print("Connection closed by the server", flush=True)
    except (OSError, ValueError) as error:
        print(f"Reading error: {error}", flush=True)
    os._exit(0)  # input() below would wait on


def main():
    with socket.create_connection((HOST, PORT)) as sock:
        sock.sendall(frame(NAME))
        listener = threading.Thread(target=listen, args=(sock,), daemon=True)
        listener.start()
        while True:
            message = input(f"{NAME}> ")
            if message:
                sock.sendall(frame(message))


try:
    main()
except (KeyboardInterrupt, EOFError):
    pass
except OSError as error:
    sys.exit(f"{HOST}:{PORT}: {error}")
