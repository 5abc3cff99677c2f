"""Its client: ping.py tcp|udp PORT COUNT. Prints the median round trip in microseconds."""
import socket
import statistics
import sys
import time

kind, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
sock.connect(("127.0.0.1", port))
sock.settimeout(5)
times = []
for _ in range(count):
    begin = time.perf_counter()
    sock.send(b"PING")
    sock.recv(1024)
    times.append(time.perf_counter() - begin)
print("median us", statistics.median(times[count // 10 :]) * 1e6)
