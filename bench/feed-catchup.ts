import { fileURLToPath } from "node:url"
import { type ReadOrder, readFeed } from "./clients/reader.ts"
import type { Benchmark, Contestant } from "./harness.ts"
import { startHub } from "./peers/landline.ts"
import { feedMessageBytes, fillStream } from "./support/feed-messages.ts"
import { type Server, startServer } from "./support/process.ts"

const reference = fileURLToPath(new URL("./servers/durable-streams.ts", import.meta.url))

interface Size {
  readonly messages: number
  /** Of the feed that is read first, off the clock. */
  readonly warmup: number
}

type Via = ReadOrder["via"]

async function fill(server: Server, { messages, warmup }: Size): Promise<void> {
  await fillStream(`http://127.0.0.1:${server.port}/streams/warm`, warmup)
  await fillStream(`http://127.0.0.1:${server.port}/streams/bench`, messages)
}

async function rateOf({ port }: Server, via: Via, { messages, warmup }: Size): Promise<number> {
  const feeds = [["warm", warmup] as const, ["bench", messages] as const]
  return messages / ((await readFeed({ port, via, feeds })) / 1_000)
}

/** The hub that is read is another process than the one that wrote: what it gives, it has read from its disk. */
async function fromHub(dir: string, via: Via, size: Size): Promise<number> {
  {
    await using writing = await startHub(dir)
    await fill(writing, size)
  }
  await using hub = await startHub(dir)
  return await rateOf(hub, via, size)
}

async function fromReference(options: readonly string[], size: Size): Promise<number> {
  await using server = await startServer(process.execPath, [reference, ...options], /listening on (\d+)/)
  await fill(server, size)
  return await rateOf(server, "http", size)
}

export function feedCatchup(size: Size): Benchmark {
  const contestant = (name: string, rate: (dir: string) => Promise<number>): Contestant => ({
    name,
    run: async (dir) => ({ "messages/s": await rate(dir) }),
  })
  const overReference = { metric: "messages/s", over: "@durable-streams/server", atLeast: 2 }
  return {
    about: `a receiver reads ${size.messages} stored messages of ${feedMessageBytes} bytes, from a hub just started`,
    subject: "landline HTTP",
    targets: [overReference, { ...overReference, of: "landline WebSocket" }],
    contestants: () => [
      contestant("landline HTTP", (dir) => fromHub(dir, "http", size)),
      contestant("landline WebSocket", (dir) => fromHub(dir, "websocket", size)),
      contestant("@durable-streams/server", () => fromReference([], size)),
      contestant("the same uncompressed", () => fromReference(["uncompressed"], size)),
    ],
  }
}
