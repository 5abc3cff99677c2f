import { stream } from "@durable-streams/client"
import { WebSocket } from "ws"
import { formatCursor, START } from "../../src/protocol/cursor.ts"
import type { HubMessage, Request } from "../../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL, VERSION } from "../../src/protocol/session.ts"
import { nowMs } from "../support/clock.ts"
import { type FeedMessage, isMessage } from "../support/feed-messages.ts"
import type { ReadOrder, ReadReport } from "./reader.ts"

/**
 * Reads a feed of JSON from its start, in a process of its own, and hands every message over as a value: over HTTP
 * by the client library of Durable Streams, over WebSocket by the session protocol. A small feed is read before the
 * clock starts, since loading a program is no reading.
 */

type Read = (feed: string, messages: number) => Promise<FeedMessage[]>

const { port, via, feeds }: ReadOrder = JSON.parse(process.argv[2]!)

const overHttp: Read = async (feed) => {
  const url = `http://127.0.0.1:${port}/streams/${feed}`
  return (await stream<FeedMessage>({ url, offset: "-1", live: false })).json()
}

async function session(): Promise<Read> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SESSION_PATH}`, SUBPROTOCOL)
  const send = (message: object) => socket.send(JSON.stringify(message))
  let hear: (message: HubMessage) => void = () => {}
  socket.on("message", (data) => hear(JSON.parse(String(data))))
  await new Promise<void>((resolve, reject) => {
    socket.on("close", () => reject(new Error("The reader was cut off.")))
    socket.on("open", () => send({ op: "hello", versions: [VERSION], name: "reader" }))
    hear = () => resolve() // welcome
  })
  return (feed, messages) =>
    new Promise((resolve, reject) => {
      const values: FeedMessage[] = []
      hear = (message) => {
        if (message.op === "error") reject(new Error(message.message))
        if (message.op !== "entries") return
        for (const entry of message.entries)
          values.push(JSON.parse(typeof entry === "string" ? entry : entry.text))
        if (values.length >= messages) resolve(values)
      }
      send({ op: "follow", id: 1, topic: `feed/${feed}`, after: formatCursor(START) } satisfies Request)
    })
}

const read = via === "http" ? overHttp : await session()
let tookMs = 0
for (const [feed, messages] of feeds) {
  const startMs = nowMs()
  const values = await read(feed, messages)
  tookMs = nowMs() - startMs
  if (values.length !== messages || !values.every(isMessage))
    throw new Error(`What was read of ${feed} is not what was published.`)
}
process.send!({ tookMs } satisfies ReadReport)
process.exit(0)
