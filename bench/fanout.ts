import { Author } from "./clients/author.ts"
import { Counter } from "./clients/counter.ts"
import type { Benchmark, Contestant } from "./harness.ts"
import { type PeerKey, peers } from "./peers/all.ts"
import { nowMs } from "./support/clock.ts"
import type { Burst } from "./support/words.ts"

/** Slow peers get fewer messages, so that a round stays short: the figure is a rate. */
const share: Record<PeerKey, number> = { landline: 1, nats: 1, ngircd: 0.1, socketio: 0.05, ws: 0.05 }

interface Size {
  readonly followers: number
  readonly messages: number
  readonly warmup: number
}

async function round(key: PeerKey, size: Size, dir: string): Promise<number> {
  const peer = peers[key]
  const warmup: Burst = { letter: "w", messages: Math.max(200, size.warmup * share[key]) }
  const burst: Burst = { letter: "m", messages: size.messages * share[key] }
  await using server = await peer.start(dir)
  await using counter = new Counter()
  await counter.open(key, server.port, size.followers)
  using author = await Author.open(peer, server.port)
  const warmupWrites = author.encode(warmup)
  const writes = author.encode(burst)

  await counter.arm(warmup)
  await author.publish(warmupWrites)
  await counter.wait("done")

  await counter.arm(burst)
  const startMs = nowMs()
  const [done] = await Promise.all([counter.wait("done"), author.publish(writes)])
  author.checkRefusal()
  if (!done.whole) throw new Error(`${peer.name}: a follower did not get every message once and in order.`)
  return (burst.messages * size.followers) / ((done.atMs - startMs) / 1_000)
}

export function fanout(size: Size, keys: readonly PeerKey[] = Object.keys(peers) as PeerKey[]): Benchmark {
  const contestant = (key: PeerKey): Contestant => ({
    name: peers[key].name,
    run: async (dir) => ({ "deliveries/s": await round(key, size, dir) }),
  })
  return {
    about: `one author, ${size.followers} followers, ${size.messages} messages of 128 bytes (slow peers fewer)`,
    subject: "landline",
    targets: [
      { metric: "deliveries/s", over: "nats-server", atLeast: 2 },
      { metric: "deliveries/s", over: "Socket.IO", atLeast: 20 },
    ],
    contestants: () => keys.map(contestant),
  }
}
