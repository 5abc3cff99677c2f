"""Greets each client and prints what it says back.

usage: server.py [HOST [PORT]]
"""
import socket
import sys
import threading

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 50000


def hear(conn):
    """All that comes until a pause: nothing marks the end of a greeting."""
    heard = b""
    conn.settimeout(5)
    try:
        while len(heard) < 2048 and (chunk := conn.recv(2048)):
            heard += chunk
            conn.settimeout(0.5)
    except TimeoutError:
        pass
    return heard.decode(errors="replace")


def serve(client):
    with client:
        try:
            # Mistake: both ends wait for the other to speak.
            print("Client:", hear(client))
            client.sendall("Hello client!".encode())
        except OSError as error:
            print(error)


def main():
    with socket.create_server((HOST, PORT)) as server:
        print(f"Listening on {HOST}:{server.getsockname()[1]}")
        while True:
            client, address = server.accept()
            print("New client joined:", address)
            threading.Thread(target=serve, args=(client,), daemon=True).start()


try:
    main()
except KeyboardInterrupt:
    pass
