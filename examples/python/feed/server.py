"""Sends each client a message a second, a person or an array of numbers, and prints what clients say. A WebSocket by
hand (RFC 6455).

usage: server.py [HOST [PORT [SECONDS]]]
"""
import base64
import hashlib
import random
import socket
import sys
import threading

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 1
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
MESSAGE_BYTES_MAX = 65536

USERS = [
    ("Niamh O'Brien", "The Old Lighthouse Keeper's Cottage\n1 Long Walk, Spanish Arch\nGalway H91 W5YP",
     "niamh.obrien@example.org"),
    ("Sean O'Neill", "Flat 22, The Ropeworks Building\n140 Bridge Road, Waterside\nLondonderry BT47 6SA",
     "sean.oneill@example.org"),
    ("Fitzwilliam D'Arcy", "Pemberley House, The West Wing\n3 Lambton Lane, Kympton-on-the-Hill\nBakewell DE45 1PP",
     "fitzwilliam.darcy@example.org"),
]


def quoted(text):
    """As repr() of text with a double quote in it, so in single quotes: by them a client knows a user."""
    return "'" + repr('"' + text)[2:]


def user_text():
    return "[" + ", ".join(quoted(field) for field in random.choice(USERS)) + "]"


def array_text():
    numbers = [f"{random.randrange(100):>2}" for _ in range(100)]
    return "[" + "\n ".join(" ".join(numbers[at:at + 24]) for at in range(0, 100, 24)) + "]"


def handshake(conn, stream):
    fields = {}
    while line := stream.readline(8192).strip():
        name, _, value = line.decode("latin-1").partition(":")
        fields[name.lower()] = value.strip()
    if "sec-websocket-key" not in fields:
        conn.sendall(b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n")
        raise ConnectionError("no WebSocket")
    accept = base64.b64encode(hashlib.sha1((fields["sec-websocket-key"] + GUID).encode()).digest()).decode()
    conn.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())


def read(stream, size):
    data = stream.read(size)
    if len(data) < size:
        raise ConnectionError("gone")
    return data


def read_frame(stream):
    first, second = read(stream, 2)
    size = second & 127
    if size > 125:
        size = int.from_bytes(read(stream, 2 if size == 126 else 8), "big")
    if not second & 128 or size > MESSAGE_BYTES_MAX:
        raise ConnectionError("no frame of a client")
    mask = read(stream, 4)
    return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(read(stream, size)))


def send_frame(conn, lock, opcode, body):
    size = bytes([len(body)]) if len(body) < 126 else b"\x7e" + len(body).to_bytes(2, "big")
    with lock:
        conn.sendall(bytes([128 | opcode]) + size + body)


def send_messages(conn, lock, left):
    try:
        while not left.is_set():
            text = random.choice([user_text, array_text])()
            send_frame(conn, lock, TEXT, text.encode())
            left.wait(SECONDS)
    except OSError:
        pass  # handle_client sees it too


def handle_client(conn):
    left, lock, stream = threading.Event(), threading.Lock(), conn.makefile("rb")
    try:
        handshake(conn, stream)
        threading.Thread(target=send_messages, args=(conn, lock, left), daemon=True).start()
        opcode = TEXT
        while opcode != CLOSE:
            opcode, body = read_frame(stream)
            if opcode == TEXT:
                print(body.decode(errors="replace"))
            elif opcode in (PING, CLOSE):
                send_frame(conn, lock, PONG if opcode == PING else CLOSE, body)
    except OSError:
        pass
    finally:
        left.set()
        stream.close()
        conn.close()
        print("A client has disconnected")


def main():
    with socket.create_server((HOST, PORT)) as server:
        print(f"Server started on ws://{HOST}:{server.getsockname()[1]}")
        while True:
            conn, _ = server.accept()
            threading.Thread(target=handle_client, args=(conn,), daemon=True).start()


try:
    main()
except KeyboardInterrupt:
    print("Closing Server...")
