"""The coursework's sum server, as its document describes it: one thread, one connection for each exchange, JSON both
ways, and its log."""
import json
import random
import socket

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print("listening on", listener.getsockname()[1], flush=True)
while True:
    connection, address = listener.accept()
    print(f"[DEBUG] [start_server]: Connection accepted from {address}")
    with connection:
        message = connection.recv(1024)
        if not message:
            continue
        print("[DEBUG] [handle_client]: Message recieved from client")
        asked = json.loads(message.decode())
        number = random.randint(1, 100)
        total = asked["client_number"] + number
        print(f"[INFO] [handle_client]: Client Name: {asked['client_name']} | Server Name: Server")
        print(f"[INFO] [handle_client]: Client Number: {asked['client_number']} | Server Number: {number} | Sum: {total}")
        print("[DEBUG] [handle_client]: Sending client response")
        answer = {"server_name": "Server", "server_number": number, "sum": total}
        connection.sendall(json.dumps(answer).encode())
    print("[DEBUG] [handle_client]: Client connection closed")
