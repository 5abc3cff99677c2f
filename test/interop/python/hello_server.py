"""A server as beginners write it: greets its only client, reads once, prints it and ends.

usage: hello_server.py     prints its port
"""
import socket

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(1)
print("port", server.getsockname()[1], flush=True)
client, address = server.accept()
client.send("Hello client!".encode())
print("said:", client.recv(2048).decode(), flush=True)
client.close()
server.close()
