"""Answers a name and a number with its own and the sum; a number out of range stops it.

usage: server.py [HOST [PORT]]
"""
import json
import os
import random
import socket
import sys
import threading

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
NAME = "Grace Server"
REQUEST_BYTES_MAX = 8192


def log(level, function, message):
    print(f"[{level}] [{function}]: {message}", flush=True)


def receive(conn):
    """A request has no end of its own but its last brace, and may come in pieces."""
    data = b""
    while len(data) < REQUEST_BYTES_MAX and (chunk := conn.recv(1024)):
        data += chunk
        if not data.lstrip().startswith(b"{"):
            break
        try:
            return json.loads(data)
        except ValueError:
            continue
    raise ValueError(f"no JSON: {data[:40]}")


def handle_client(conn):
    with conn:
        try:
            conn.settimeout(30)
            request = receive(conn)
            log("DEBUG", "handle_client", "Message recieved from client")
            name, number = request["client_name"], request["client_number"]
            if type(number) is not int:
                raise ValueError(f"no integer: {number}")
            if not 1 <= number <= 100:
                log("WARNING", "handle_client", f"Client int out of range: {number}. Terminating the server.")
                os._exit(0)
            own = random.randint(1, 100)
            log("INFO", "handle_client", f"Client Name: {name} | Server Name: {NAME}")
            log("INFO", "handle_client", f"Client Number: {number} | Server Number: {own} | Sum: {number + own}")
            log("DEBUG", "handle_client", "Sending client response")
            reply = {"server_name": NAME, "server_number": own, "sum": number + own}
            conn.sendall(json.dumps(reply).encode())
        except (OSError, ValueError, KeyError) as error:
            log("WARNING", "handle_client", f"No reply: {error}")
    log("DEBUG", "handle_client", "Client connection closed")


def start_server():
    with socket.create_server((HOST, PORT)) as server:
        log("INFO", "start_server", f"{NAME} started and listening on {HOST}:{server.getsockname()[1]}")
        while True:
            conn, addr = server.accept()
            log("DEBUG", "start_server", f"Connection accepted from {addr}")
            # Mistake: the next client waits until this one has gone.
            handle_client(conn)


try:
    start_server()
except KeyboardInterrupt:
    pass
