import { connect } from "../clients/connect.ts"
import { enterNats, nats, startNats } from "./nats.ts"
import type { Peer, Step } from "./peer.ts"

const stream = { name: "bench", subjects: ["bench"], storage: "file" }
const acks = "acks"

/** A request to JetStream's API, whose answer comes to `inbox`; `until` stands only in a good one. */
function ask(subject: string, inbox: string, request: object, until: string): Step {
  const body = JSON.stringify(request)
  return {
    send: `SUB ${inbox} 9\r\nPUB $JS.API.${subject} ${inbox} ${body.length}\r\n${body}\r\n`,
    until,
  }
}

/** A push consumer, as an ordinary subscriber without acks has it. */
function consume(n: number): Step[] {
  const config = { deliver_subject: `to.${n}`, deliver_policy: "all", ack_policy: "none" }
  return [
    { send: `SUB to.${n} 1\r\nPING\r\n`, until: "PONG\r\n" },
    ask("CONSUMER.CREATE.bench", `made.${n}`, { stream_name: "bench", config }, '"ack_policy":"none"'),
  ]
}

/** JetStream of the same nats-server: a stream in files, synced to the disk every two minutes as it comes. */
export const jetstream: Peer = {
  name: "JetStream",
  async start(dir) {
    const server = await startNats(dir, `jetstream { store_dir: "${dir}/js" }\n`)
    const made = ask("STREAM.CREATE.bench", "made", stream, '"config"')
    const socket = await connect(server.port, [...enterNats(), made], () => {})
    socket.destroy()
    return server
  },
  wire: {
    follow: (_port, n) => [...enterNats(), ...consume(n)],
    author: () => enterNats(`SUB ${acks} 1\r\n`),
    publish: (text) => `PUB bench ${acks} ${text.length}\r\n${text}\r\n`,
    // {"stream":"bench","seq":42}; a client of nats.go leaves as many messages unacked.
    acks: { sign: "}", unackedMax: 4_000 },
    refusal: '"error"',
    alive: nats.wire.alive,
  },
}
