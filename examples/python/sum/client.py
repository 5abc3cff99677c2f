"""Sends a name and a number, and checks the sum that comes back.

usage: client.py [HOST [PORT]]
"""
import json
import socket
import sys

HOST = sys.argv[1] if len(sys.argv) > 1 else "localhost"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
NAME = "Ada Client"


def log(level, message):
    print(f"[{level}] [send_message]: {message}")


def receive(sock):
    """The server closes behind its reply: until then it may come in pieces."""
    data = b""
    while chunk := sock.recv(1024):
        data += chunk
    return json.loads(data)


def send_message(number):
    with socket.create_connection((HOST, PORT)) as sock:
        log("DEBUG", f"Connected to server at {HOST}:{PORT}")
        message = json.dumps({"client_name": NAME, "client_number": number})
        sock.sendall(message.encode())
        if not 1 <= number <= 100:
            log("WARNING", "The integer input out of range. Terminating the server")
            return
        reply = receive(sock)
        total = number + reply["server_number"]
        log("INFO", f"{NAME} | {reply['server_name']}")
        log("INFO", f"Client Number: {number} | Server Number: {reply['server_number']} | Sum: {total}")
        if reply.get("sum", total) != total:
            sys.exit(f"The server says that the sum is {reply['sum']}")


try:
    send_message(int(input("Enter an integer between 1 and 100: ")))
except KeyboardInterrupt:
    pass
except (OSError, ValueError) as error:
    sys.exit(f"{HOST}:{PORT}: {error}")
