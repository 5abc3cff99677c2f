"""A feed client as the coursework has it: keeps users, arrays or both, and reports each block of five.

usage: feed_client.py HOST PORT CHOICE [offer]     1 user data, 2 number array, 3 both; offers permessage-deflate
"""
import asyncio
import sys
import time
from datetime import datetime

import wire

BLOCK = 5


async def receive(line, choice):
    count, began = 0, time.time()
    while True:
        message = await line.receive()
        # Users are lists of strings: their second character is a quote.
        is_user = message[1] == "'"
        if (choice == "1" and not is_user) or (choice == "2" and is_user):
            continue
        print(datetime.now().time(), "->", message, flush=True)
        count += 1
        if count % BLOCK == 0:
            await line.send(f"Client Recieved {BLOCK} messages in {time.time() - began:.4f}s time")
            began = time.time()


async def main():
    while True:
        try:
            line = await wire.connect(sys.argv[1], int(sys.argv[2]), "offer" in sys.argv[4:])
            print("connected, deflate", line.deflate, flush=True)
            await receive(line, sys.argv[3])
        except (wire.Closed, OSError) as reason:
            print("lost:", reason, flush=True)
        await asyncio.sleep(1)
        print("Reconnecting to Server...", flush=True)


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("Closing Client...", flush=True)
