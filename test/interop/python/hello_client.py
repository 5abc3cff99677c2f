"""A client as beginners write it: reads once, prints it, greets back and ends.

usage: hello_client.py HOST PORT
"""
import socket
import sys

client = socket.create_connection((sys.argv[1], int(sys.argv[2])))
print("said:", client.recv(2048).decode(), flush=True)
client.send("Hello Server!".encode())
client.close()
