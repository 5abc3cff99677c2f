import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type Server, startServer } from "../support/process.ts"
import type { Peer, Step } from "./peer.ts"

const connect = 'CONNECT {"verbose":false,"pedantic":false}\r\n'

/** From connected to the answer of what is sent first. */
export const enterNats = (first = ""): Step[] => [
  { send: "", until: "INFO" },
  { send: `${connect}${first}PING\r\n`, until: "PONG\r\n" },
]

export async function startNats(dir: string, settings = ""): Promise<Server> {
  const config = join(dir, "nats.conf")
  // Pings are off the clock: a client under load need not look for them among the bytes.
  await writeFile(config, `listen: "127.0.0.1:-1"\nping_interval: "10m"\n${settings}`)
  return startServer("nats-server", ["-c", config], /Listening for client connections on 127\.0\.0\.1:(\d+)/)
}

/** nats-server as it comes: core NATS, nothing stored. */
export const nats: Peer = {
  name: "nats-server",
  start: (dir) => startNats(dir),
  wire: {
    follow: () => enterNats("SUB lobby 1\r\n"),
    author: () => enterNats(),
    publish: (text) => `PUB lobby ${text.length}\r\n${text}\r\n`,
    refusal: "-ERR",
    alive: (chunk) => (chunk.toString("latin1") === "PING\r\n" ? "PONG\r\n" : undefined),
  },
}
