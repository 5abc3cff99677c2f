import type { Follow, Hello, HubMessage, Publish } from "../../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL, VERSION } from "../../src/protocol/session.ts"
import { createFeed, startHub } from "./landline.ts"
import type { ReturningPeer, Say } from "./returning-peer.ts"
import { startRecovering } from "./socketio.ts"

const topic = "feed/bench"

const hello = (name: string, session?: string): string =>
  JSON.stringify({ op: "hello", versions: [VERSION], name, session } satisfies Hello)

/** @throws Error for what would be refused again */
function read(text: string): HubMessage {
  const message = JSON.parse(text) as HubMessage
  if (message.op === "error" && message.retry !== "later") throw new Error(message.message)
  return message
}

/** Receivers go on from their cursor; the publisher numbers its messages, so that none is stored twice. */
const landline: ReturningPeer = {
  name: "landline",
  path: SESSION_PATH,
  protocol: SUBPROTOCOL,
  start: startHub,
  prepare: (port) => createFeed(port, "bench", "text/plain"),
  receiver(n, on) {
    let session: string | undefined
    let after: string | undefined
    return {
      open: (say) => say(hello(`receiver ${n}`, session)),
      hear(text, say) {
        const message = read(text)
        if (message.op === "welcome") {
          session = message.session
          say(JSON.stringify({ op: "follow", id: 1, topic, after } satisfies Follow))
        } else if (message.op === "following") {
          after ??= message.cursor
          on.following()
        } else if (message.op === "entries") {
          for (const entry of message.entries) on.message(typeof entry === "string" ? entry : entry.text)
          after = message.cursor
        }
      },
    }
  },
  publisher: (on) => ({
    open: (say) => say(hello("publisher")),
    hear(text) {
      const message = read(text)
      if (message.op === "welcome") on.live()
      else if (message.op === "ack") on.stored(message.seq!)
    },
  }),
  publish: (n, text) =>
    JSON.stringify({ op: "publish", topic, producer: "bench", seq: n, text } satisfies Publish),
}

/** The frames of Engine.IO 4 and Socket.IO 5 that come before any event. @returns whether it was one of them */
function opening(text: string, say: Say, connect: string): boolean {
  if (text.startsWith("0{")) say(connect)
  else if (text === "2") say("3")
  else return false
  return true
}

/** Receivers ask for the recovery of their session; where the server does not have it, they join anew. */
const socketio: ReturningPeer = {
  name: "Socket.IO",
  path: "/socket.io/?EIO=4&transport=websocket",
  start: (_dir, port) => startRecovering(port),
  prepare: async () => {},
  receiver(_n, on) {
    let pid: string | undefined
    let offset: string | undefined
    return {
      open() {},
      hear(text, say) {
        if (opening(text, say, pid ? `40${JSON.stringify({ pid, offset })}` : "40")) return
        if (text.startsWith("40{")) {
          const known = pid
          pid = JSON.parse(text.slice(2)).pid
          if (pid === known) on.following()
          else say('420["follow"]')
        } else if (text.startsWith("430[")) {
          on.following()
        } else if (text.startsWith("42[")) {
          const [, message, place] = JSON.parse(text.slice(2))
          offset = place
          on.message(message)
        }
      },
    }
  },
  publisher: (on) => ({
    open() {},
    hear(text, say) {
      if (opening(text, say, "40")) return
      if (text.startsWith("40{")) on.live()
      else if (text.startsWith("43")) on.stored(Number.parseInt(text.slice(2), 10))
    },
  }),
  publish: (n, text) => `42${n}["publish",${JSON.stringify(text)}]`,
}

export const returningPeers = { landline, socketio } satisfies Record<string, ReturningPeer>
export type ReturningKey = keyof typeof returningPeers
