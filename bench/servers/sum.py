"""The coursework's sum server, as its document describes it: one thread, one connection for each exchange, JSON both
ways. Its logging is left out."""
import json
import random
import socket

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print("listening on", listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    with connection:
        message = connection.recv(1024)
        if not message:
            continue
        asked = json.loads(message.decode())
        number = random.randint(1, 100)
        answer = {"server_name": "Server", "server_number": number, "sum": asked["client_number"] + number}
        connection.sendall(json.dumps(answer).encode())
