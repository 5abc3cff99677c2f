import { setTimeout as sleep } from "node:timers/promises"
import { Publisher } from "./clients/publisher.ts"
import { Receivers } from "./clients/receivers.ts"
import type { Benchmark, Contestant, Figures } from "./harness.ts"
import { type ReturningKey, returningPeers } from "./peers/returning.ts"
import { nowMs } from "./support/clock.ts"
import { steadyPort } from "./support/free-port.ts"

interface Size {
  readonly receivers: number
  /** The publisher makes a message in every so many ms, all the time. */
  readonly everyMs: number
  /** From the first message until the server is lost. */
  readonly steadyMs: number
}

async function round(key: ReturningKey, size: Size, dir: string): Promise<Figures> {
  const peer = returningPeers[key]
  const port = await steadyPort()
  await using first = await peer.start(dir, port)
  await peer.prepare(port)
  await using receivers = await Receivers.open({ peer: key, port, receivers: size.receivers })
  using publisher = new Publisher(peer, port, size.everyMs)
  await sleep(size.steadyMs)

  const back = receivers.back()
  back.catch(() => {}) // it is awaited below
  process.kill(first.pid, "SIGKILL")
  await first.ended
  const restartMs = nowMs()
  await using _second = await peer.start(dir, port)
  const listeningMs = nowMs()
  const backMs = await back
  const { lost, doubles } = await receivers.end(await publisher.end())
  return {
    "s until it listens": (listeningMs - restartMs) / 1_000,
    "s until all have everything": (backMs - restartMs) / 1_000,
    "lost by each": lost.reduce((sum, one) => sum + one, 0) / lost.length,
    "lost by one at most": Math.max(...lost),
    "got twice": doubles,
  }
}

export function surge(size: Size): Benchmark {
  const contestant = (key: ReturningKey): Contestant => ({
    name: returningPeers[key].name,
    run: (dir) => round(key, size, dir),
  })
  return {
    about: `${size.receivers} receivers lose the hub by kill -9; it restarts at once; a publisher goes on all the time`,
    subject: "landline",
    targets: [
      { metric: "lost by one at most", atMost: 0 },
      { metric: "got twice", atMost: 0 },
    ],
    contestants: () => [contestant("landline"), contestant("socketio")],
  }
}
