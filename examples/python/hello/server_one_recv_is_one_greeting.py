"""Greets each client and prints what it says back.

usage: server.py [HOST [PORT]]
"""
import socket
import sys
import threading

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 50000


def hear(conn):
    # Mistake: what one recv brings is taken for the whole greeting.
    return conn.recv(2048).decode(errors="replace")


def serve(client):
    with client:
        try:
            client.sendall("Hello client!".encode())
            print("Client:", hear(client))
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
