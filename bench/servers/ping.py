"""A ping-pong server as a first networking course writes it: ping.py tcp|udp. Says its port, then answers."""
import socket
import sys

if sys.argv[1] == "tcp":
    server = socket.create_server(("127.0.0.1", 0))
    print("port", server.getsockname()[1], flush=True)
    while True:
        conn, _ = server.accept()
        while conn.recv(1024):
            conn.send(b"PONG")
        conn.close()
else:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    print("port", sock.getsockname()[1], flush=True)
    while True:
        _, address = sock.recvfrom(1024)
        sock.sendto(b"PONG", address)
