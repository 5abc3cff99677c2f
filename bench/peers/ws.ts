import { fileURLToPath } from "node:url"
import { startServer } from "../support/process.ts"
import { pongTo, textFrame, upgrade } from "../support/websocket.ts"
import type { Peer } from "./peer.ts"

const program = fileURLToPath(new URL("../servers/ws.ts", import.meta.url))
const open = (port: number) => [{ send: upgrade(port, "/"), until: "\r\n\r\n" }]

/** `ws` in the broadcast loop of its README. */
export const ws: Peer = {
  name: "ws",
  start: () => startServer(process.execPath, [program], /listening on (\d+)/),
  wire: {
    follow: open,
    author: open,
    publish: textFrame,
    refusal: "\x88", // the server closes
    alive: pongTo,
  },
}
