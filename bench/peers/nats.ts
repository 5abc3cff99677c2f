import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { startServer } from "../support/process.ts"
import type { Peer } from "./peer.ts"

const connect = 'CONNECT {"verbose":false,"pedantic":false}\r\n'

/** nats-server as it comes: core NATS, nothing stored. */
export const nats: Peer = {
  name: "nats-server",
  async start(dir) {
    const config = join(dir, "nats.conf")
    // Pings are off the clock: a client under load need not look for them among the bytes.
    await writeFile(config, 'listen: "127.0.0.1:-1"\nping_interval: "10m"\n')
    return startServer(
      "nats-server",
      ["-c", config],
      /Listening for client connections on 127\.0\.0\.1:(\d+)/,
    )
  },
  wire: {
    follow: () => [
      { send: "", until: "INFO" },
      { send: `${connect}SUB lobby 1\r\nPING\r\n`, until: "PONG\r\n" },
    ],
    author: () => [
      { send: "", until: "INFO" },
      { send: `${connect}PING\r\n`, until: "PONG\r\n" },
    ],
    publish: (text) => `PUB lobby ${text.length}\r\n${text}\r\n`,
    refusal: "-ERR",
    alive: (chunk) => (chunk.toString("latin1") === "PING\r\n" ? "PONG\r\n" : undefined),
  },
}
