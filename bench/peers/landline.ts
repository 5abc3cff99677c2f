import { fileURLToPath } from "node:url"
import type { Follow, Hello, Publish } from "../../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL, VERSION } from "../../src/protocol/session.ts"
import { startServer } from "../support/process.ts"
import { pongTo, textFrame, upgrade } from "../support/websocket.ts"
import type { Peer, Step } from "./peer.ts"

const program = fileURLToPath(new URL("../../bin/landline.js", import.meta.url))
const topic = "room/lobby"

const enter = (port: number, name: string): Step[] => [
  { send: upgrade(port, SESSION_PATH, SUBPROTOCOL), until: "\r\n\r\n" },
  {
    send: textFrame(JSON.stringify({ op: "hello", versions: [VERSION], name } satisfies Hello)),
    until: '"welcome"',
  },
]
const follow = textFrame(JSON.stringify({ op: "follow", id: 1, topic } satisfies Follow))

/** Landline as it comes: every message on the disk before it is announced, and indexed. */
export const landline: Peer = {
  name: "landline",
  start: (dir) =>
    startServer(
      process.execPath,
      [program, "serve", "--port", "0", "--data", dir],
      /http:\/\/localhost:(\d+)/,
    ),
  wire: {
    follow: (port, n) => [...enter(port, `follower ${n}`), { send: follow, until: '"following"' }],
    author: (port) => enter(port, "author"),
    publish: (text, seq) =>
      textFrame(JSON.stringify({ op: "publish", topic, producer: "bench", seq, text } satisfies Publish)),
    refusal: '"op":"error"',
    alive: pongTo,
  },
}
