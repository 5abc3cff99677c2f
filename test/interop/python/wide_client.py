"""A client of the family with 64-byte headers: says its arguments one by one, and prints what a single recv
gives after each. The last argument is meant to be the word that ends the connection.

usage: wide_client.py HOST PORT TEXT...
"""
import socket
import sys

sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
sock.settimeout(10)
for text in sys.argv[3:]:
    data = text.encode()
    head = str(len(data)).encode()
    sock.send(head + b" " * (64 - len(head)))
    sock.send(data)
    print("answer", repr(sock.recv(2048).decode()), flush=True)
print("end", sock.recv(1), flush=True)
