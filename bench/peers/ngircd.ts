import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { freePort } from "../support/free-port.ts"
import { startServer } from "../support/process.ts"
import type { Peer } from "./peer.ts"

/** The brakes off: no flood penalties, no limits on connections, no lookups. */
const settings = (port: number) => `[Global]
Name = irc.bench.test
AdminEMail = bench@bench.test
MotdPhrase = bench
Listen = 127.0.0.1
Ports = ${port}
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
[Channel]
Name = #lobby
Modes = P
`

const enter = (nick: string) => `NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\nJOIN #lobby\r\n`
const joined = " 366 " // RPL_ENDOFNAMES (RFC 2812 section 5.1)

export const ngircd: Peer = {
  name: "ngIRCd",
  async start(dir) {
    const port = await freePort()
    const config = join(dir, "ngircd.conf")
    await writeFile(config, settings(port))
    return startServer("ngircd", ["-n", "-f", config], /Now listening on \[127\.0\.0\.1\]:(\d+)/)
  },
  wire: {
    follow: (_port, n) => [{ send: enter(`f${n}`), until: joined }],
    author: () => [{ send: enter("bench"), until: joined }],
    publish: (text) => `PRIVMSG #lobby :${text}\r\n`,
    refusal: "ERROR :",
    alive: (chunk) => (chunk.toString("latin1", 0, 5) === "PING " ? "PONG bench\r\n" : undefined),
  },
}
