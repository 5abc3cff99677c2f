import { fileURLToPath } from "node:url"
import type { Follow, Hello, Publish } from "../../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL, VERSION } from "../../src/protocol/session.ts"
import { Session } from "../clients/session.ts"
import { type Server, startServer } from "../support/process.ts"
import { pongTo, textFrame, upgrade } from "../support/websocket.ts"
import type { Peer, Step, Wire } from "./peer.ts"

const program = fileURLToPath(new URL("../../bin/landline.js", import.meta.url))

const enter = (port: number, name: string): Step[] => [
  { send: upgrade(port, SESSION_PATH, SUBPROTOCOL), until: "\r\n\r\n" },
  {
    send: textFrame(JSON.stringify({ op: "hello", versions: [VERSION], name } satisfies Hello)),
    until: '"welcome"',
  },
]

function wireOf(topic: string): Wire {
  const follow = textFrame(JSON.stringify({ op: "follow", id: 1, topic } satisfies Follow))
  return {
    follow: (port, n) => [...enter(port, `follower ${n}`), { send: follow, until: '"following"' }],
    author: (port) => enter(port, "author"),
    publish: (text, seq) =>
      textFrame(JSON.stringify({ op: "publish", topic, producer: "bench", seq, text } satisfies Publish)),
    refusal: '"op":"error"',
    alive: pongTo,
  }
}

/** @param port 0 takes any free one */
export const startHub = (dir: string, port = 0): Promise<Server> =>
  startServer(
    process.execPath,
    [program, "serve", "--port", String(port), "--data", dir],
    /http:\/\/localhost:(\d+)/,
  )

export async function createFeed(port: number, feed: string, type: string): Promise<void> {
  using session = await Session.open(port, "bench")
  await session.ask({ op: "create_feed", id: 1, feed, type }, "result")
}

/** Landline as it comes: every message on the disk before it is announced, and indexed. */
export const landline: Peer = {
  name: "landline",
  start: (dir) => startHub(dir),
  wire: wireOf("room/lobby"),
}

/** The same hub, and a feed of text: every message on the disk before it is announced. */
export const landlineFeed: Peer = {
  name: "landline",
  async start(dir) {
    const hub = await startHub(dir)
    await createFeed(hub.port, "bench", "text/plain")
    return hub
  },
  wire: wireOf("feed/bench"),
}
