import { Author } from "./clients/author.ts"
import { Counter } from "./clients/counter.ts"
import type { Benchmark, Contestant, Target } from "./harness.ts"
import { type PeerKey, peers } from "./peers/all.ts"
import { nowMs } from "./support/clock.ts"
import type { Burst } from "./support/words.ts"

/** Slow peers get fewer messages, so that a round stays short: the figure is a rate. */
type Shares = Partial<Record<PeerKey, number>>

interface Size {
  readonly followers: number
  readonly messages: number
  readonly warmup: number
  /** Of each message; long ones are looked at one by one, on every follower. */
  readonly textBytes: number
}

const longBytes = 1_000

async function round(key: PeerKey, share: number, size: Size, dir: string): Promise<number> {
  const peer = peers[key]
  const { textBytes } = size
  const each = textBytes >= longBytes
  const warmup: Burst = { letter: "w", messages: Math.max(200, size.warmup * share), textBytes }
  const burst: Burst = { letter: "m", messages: size.messages * share, textBytes }
  await using server = await peer.start(dir)
  await using counter = new Counter()
  await counter.open(key, server.port, size.followers)
  using author = await Author.open(peer, server.port)
  const warmupWrites = author.encode(warmup)
  const writes = author.encode(burst)

  await counter.arm(warmup, each)
  await author.publish(warmupWrites)
  await counter.wait("done")

  await counter.arm(burst, each)
  const startMs = nowMs()
  const [done] = await Promise.all([counter.wait("done"), author.publish(writes)])
  author.checkRefusal()
  if (!done.whole) throw new Error(`${peer.name}: a follower did not get every message once and in order.`)
  return (burst.messages * size.followers) / ((done.atMs - startMs) / 1_000)
}

function benchmark(shares: Shares, targets: readonly Target[], size: Size): Benchmark {
  const contestant = ([key, share]: [string, number]): Contestant => ({
    name: peers[key as PeerKey].name,
    run: async (dir) => ({ "deliveries/s": await round(key as PeerKey, share, size, dir) }),
  })
  const { followers, messages, textBytes } = size
  return {
    about: `one author, ${followers} followers, ${messages} messages of ${textBytes} bytes (slow peers fewer)`,
    subject: "landline",
    targets,
    contestants: () => Object.entries(shares).map(contestant),
  }
}

/** A room against other chat servers. */
export const fanout = (size: Omit<Size, "textBytes">): Benchmark =>
  benchmark(
    { landline: 1, nats: 1, ngircd: 0.1, socketio: 0.05, ws: 0.05 },
    [
      { metric: "deliveries/s", over: "nats-server", atLeast: 2 },
      { metric: "deliveries/s", over: "Socket.IO", atLeast: 20 },
    ],
    { ...size, textBytes: 128 },
  )

/** A feed against brokers. */
export const feeds = (size: Size): Benchmark =>
  benchmark(
    { landlineFeed: 1, nats: 1, jetstream: 0.2, socketio: 0.05 },
    [
      { metric: "deliveries/s", over: "nats-server", atLeast: 1 },
      { metric: "deliveries/s", over: "JetStream", atLeast: 6 },
      { metric: "deliveries/s", over: "Socket.IO", atLeast: 20 },
    ],
    size,
  )
