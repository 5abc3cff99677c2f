import { Counter } from "./clients/counter.ts"
import type { Benchmark, Contestant } from "./harness.ts"
import { type PeerKey, peers } from "./peers/all.ts"
import { settledBytes } from "./support/process.ts"

const connections = 5_000
const warmup = 100 // first connections, which load code and fill caches

async function perConnection(key: PeerKey, dir: string): Promise<number> {
  await using server = await peers[key].start(dir)
  await using first = new Counter()
  await first.open(key, server.port, warmup)
  const before = await settledBytes(server.pid)
  await using counter = new Counter()
  await counter.open(key, server.port, connections)
  return ((await settledBytes(server.pid)) - before) / connections / 1024
}

const contestant = (key: PeerKey): Contestant => ({
  name: peers[key].name,
  run: async (dir) => ({ "KiB per connection": await perConnection(key, dir) }),
})

export const idle: Benchmark = {
  about: `${connections} idle connections, each after hello and one follow, against those of a bare ws server`,
  subject: "landline",
  targets: [{ metric: "KiB per connection", over: "ws", atMost: 1.5 }],
  contestants: () => [contestant("landline"), contestant("ws")],
}
