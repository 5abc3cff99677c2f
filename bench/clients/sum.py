"""The coursework's sum client, again and again: python3 sum.py PORT EXCHANGES prints its log, and then exchanges a
second."""
import json
import socket
import sys
import time

port, exchanges = int(sys.argv[1]), int(sys.argv[2])
begun = time.perf_counter()
for exchange in range(exchanges):
    number = 1 + exchange % 100
    with socket.create_connection(("127.0.0.1", port)) as connection:
        print(f"[DEBUG] [send_message]: Connected to server at 127.0.0.1:{port}")
        connection.sendall(json.dumps({"client_name": "Client", "client_number": number}).encode())
        answer = json.loads(connection.recv(1024).decode())
        print(f"[INFO] [send_message]: Client | {answer['server_name']}")
        print(f"[INFO] [send_message]: Client Number: {number} | Server Number: {answer['server_number']} | Sum: {answer['sum']}")
        if answer["sum"] != number + answer["server_number"]:
            sys.exit("The sum is wrong.")
print(exchanges / (time.perf_counter() - begun))
