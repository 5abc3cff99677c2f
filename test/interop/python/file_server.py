"""A file receiver as beginners write it: one recv must give the whole header and nothing else, and everything after
it is the file. It takes one client and ends.

usage: file_server.py FOLDER [PORT]     prints its port
"""
import os
import socket
import sys

folder = sys.argv[1]
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0))
listener.listen()
print("port", listener.getsockname()[1], flush=True)

client, _ = listener.accept()
name, size = client.recv(4096).decode().split("<SEPARATOR>")
target = os.path.join(folder, "recv-" + os.path.basename(name))
declared = int(size)
with open(target, "wb") as out:
    piece = client.recv(4096)
    while piece:
        out.write(piece)
        piece = client.recv(4096)
print("declared", declared, "got", os.path.getsize(target), flush=True)
client.close()
