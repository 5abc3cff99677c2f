"""A file sender as beginners write it: name, separator and size in one send with nothing after them, then the bytes
in small pieces, then close. Without a pause the header and the first bytes often travel together.

usage: file_client.py HOST PORT PAUSE_SECONDS SEPARATOR FILE...     one connection each, one after the other
"""
import os
import socket
import sys
import time

host, port, pause, separator, *paths = sys.argv[1:]

for path in paths:
    sock = socket.create_connection((host, int(port)))
    sock.send((path + separator + str(os.path.getsize(path))).encode())
    time.sleep(float(pause))
    with open(path, "rb") as source:
        piece = source.read(4096)
        while piece:
            sock.sendall(piece)
            piece = source.read(4096)
    sock.close()
    print("sent", path, flush=True)
