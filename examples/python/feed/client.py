"""Shows the messages of a feed, and reports the time of each block of five. A WebSocket by hand (RFC 6455).

usage: client.py [HOST [PORT]]
"""
import base64
import os
import socket
import sys
import time
from datetime import datetime

HOST = sys.argv[1] if len(sys.argv) > 1 else "localhost"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
BLOCK = 5
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def handshake(sock, stream):
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}:{PORT}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    if b" 101 " not in stream.readline():
        raise ConnectionError("the server speaks no WebSocket")
    while stream.readline().strip():
        pass


def read(stream, size):
    data = stream.read(size)
    if len(data) < size:
        raise ConnectionError("the server is gone")
    return data


def read_frame(stream):
    first, size = read(stream, 2)
    if size > 125:
        size = int.from_bytes(read(stream, 2 if size == 126 else 8), "big")
    return first & 15, read(stream, size)


def send_frame(sock, opcode, body):
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(body))
    sock.sendall(bytes([128 | opcode, 128 | len(body)]) + mask + masked)


def receive(sock, stream, choice):
    count, began = 0, time.time()
    while True:
        opcode, body = read_frame(stream)
        if opcode in (PING, CLOSE):
            send_frame(sock, PONG if opcode == PING else CLOSE, body)
        if opcode == CLOSE:
            return
        message = body.decode()
        is_user = message[1:2] == "'"
        if opcode != TEXT or (choice == "1" and not is_user) or (choice == "2" and is_user):
            continue
        print(datetime.now().time(), "->", message)
        count += 1
        if count % BLOCK == 0:
            report = f"Client Recieved {BLOCK} messages in {time.time() - began:.4f}s time"
            send_frame(sock, TEXT, report.encode())
            began = time.time()


def main():
    choice = input("1. User data\n2. Number array\n3. Both\nEnter your choice: ")
    while True:
        try:
            with socket.create_connection((HOST, PORT)) as sock, sock.makefile("rb") as stream:
                handshake(sock, stream)
                receive(sock, stream, choice)
        except OSError:
            pass
        time.sleep(1)
        print("Reconnecting to Server...")


try:
    main()
except (KeyboardInterrupt, EOFError):
    print("Closing Client...")
