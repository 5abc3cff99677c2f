"""A ping client as beginners write it: each argument is sent with one send, and one recv is its answer. The last
argument is meant to be the word that ends the connection.

usage: ping_client.py HOST PORT MESSAGE...
"""
import socket
import sys


class Client:
    def __init__(self, address):
        self.sock = socket.create_connection(address)
        self.sock.settimeout(10)

    def send_message(self, message, encoding="utf-8"):
        self.sock.send(message.encode(encoding))

    def recv_resp(self, chunks=1024, encoding="utf-8"):
        return self.sock.recv(chunks).decode(encoding)


client = Client((sys.argv[1], int(sys.argv[2])))
for message in sys.argv[3:]:
    client.send_message(message)
    print("answer", repr(client.recv_resp()), flush=True)
