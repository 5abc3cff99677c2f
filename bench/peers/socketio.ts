import { fileURLToPath } from "node:url"
import { type Server, startServer } from "../support/process.ts"
import { textFrame, upgrade } from "../support/websocket.ts"
import type { Peer, Step } from "./peer.ts"

const program = fileURLToPath(new URL("../servers/socketio.ts", import.meta.url))
const recovering = fileURLToPath(new URL("../servers/socketio-recovery.ts", import.meta.url))

/** The Engine.IO 4 handshake by WebSocket alone, then Socket.IO 5's CONNECT. */
const open = (port: number): Step[] => [
  { send: upgrade(port, "/socket.io/?EIO=4&transport=websocket"), until: "0{" },
  { send: textFrame("40"), until: "40{" },
]
const ping = Buffer.from([0x81, 1, 0x32]) // the text "2"

/** Socket.IO, emitting to a room. */
export const socketio: Peer = {
  name: "Socket.IO",
  start: () => startServer(process.execPath, [program], /listening on (\d+)/),
  wire: {
    follow: (port) => [...open(port), { send: textFrame('420["follow"]'), until: "430[" }],
    author: open,
    publish: (text) => textFrame(`42["publish",${JSON.stringify(text)}]`),
    refusal: "\x88", // the server closes
    alive: (chunk) => (chunk.equals(ping) ? textFrame("3") : undefined),
  },
}

/** Socket.IO with connection state recovery. */
export const startRecovering = (port: number): Promise<Server> =>
  startServer(process.execPath, [recovering, String(port)], /listening on (\d+)/)
