"""A sum server as beginners write it: one recv must give the whole request and nothing else, one send answers it. A
number out of range ends the program.

usage: sum_server.py FORMAT NAME NUMBER [sum SUM]     prints its port; NUMBER is its own, and SUM goes with JSON
"""
import json
import socket
import struct
import sys

form, name, own = sys.argv[1], sys.argv[2], int(sys.argv[3])
said = {"sum": int(sys.argv[5])} if len(sys.argv) > 4 else {}

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 0))
listener.listen()
print("port", listener.getsockname()[1], flush=True)

SEPARATORS = {"comma": ",", "colon": ":", "semicolon": ";", "pipe": "|", "words": " "}


def read(data):
    if form == "json":
        request = json.loads(data.decode())
        return request["client_name"], request["client_number"]
    if form == "jsonline":
        assert data.endswith(b"\n"), data
        request = json.loads(data.decode())
        return request["name"], request["number"]
    if form in SEPARATORS:
        client, number = data.decode().rsplit(SEPARATORS[form], 1)
        return client, int(number)
    if form == "lines":
        client, number, rest = data.decode().split("\n")
        assert rest == "", rest
        return client, int(number)
    if form == "java":
        size = struct.unpack(">H", data[:2])[0]
        assert len(data) == 2 + size + 4, data
        return data[2:2 + size].decode(), struct.unpack(">i", data[2 + size:])[0]
    client, number = struct.unpack(">256si", data)
    return client.split(b"\0")[0].decode(), number


def answer():
    if form == "json":
        return json.dumps({"server_name": name, "server_number": own, **said}).encode()
    if form == "jsonline":
        return (json.dumps({"name": name, "number": own, **said}) + "\n").encode()
    if form in SEPARATORS:
        return (name + SEPARATORS[form] + str(own)).encode()
    if form == "lines":
        return (name + "\n" + str(own) + "\n").encode()
    if form == "java":
        data = name.encode()
        return struct.pack(">H", len(data)) + data + struct.pack(">i", own)
    return struct.pack(">256si", name.encode(), own)


while True:
    client, _ = listener.accept()
    who, number = read(client.recv(1024))
    print("got", who, number, flush=True)
    if not 1 <= number <= 100:
        print("out of range", flush=True)
        break
    print("sum", number, "+", own, "=", number + own, flush=True)
    client.send(answer())
    client.close()
