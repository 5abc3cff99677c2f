import { setTimeout as sleep } from "node:timers/promises"
import { backoffMs } from "../../src/client/backoff.ts"
import { returningPeers } from "../peers/returning.ts"
import { nowMs } from "../support/clock.ts"
import type { ReceiveOrder, ReceiversOrder, ReceiversReport } from "./receivers.ts"
import { Returning } from "./returning.ts"

/** Receivers that lose their server and come back, in a process of their own. They count what they miss. */

const freshMsMax = 250 // a message no older than this is no backlog
const quietMsMax = 5_000 // after which a last message that has not come is lost
const askAgainMs = 50

interface Receiver {
  following: boolean
  /** The highest number that came, how many came, and how many of them more than once. */
  last: number
  count: number
  doubles: number
  wasCut: boolean
  back: boolean
}

const { peer: key, port, receivers: count }: ReceiveOrder = JSON.parse(process.argv[2]!)
const peer = returningPeers[key]
const receivers: Receiver[] = []

const report = (message: ReceiversReport) => process.send!(message)

function open(n: number): void {
  const receiver = { following: false, last: 0, count: 0, doubles: 0, wasCut: false, back: false }
  receivers.push(receiver)
  const talk = peer.receiver(n, {
    following() {
      if (receiver.following) return
      receiver.following = true
      if (receivers.length === count && receivers.every(({ following }) => following))
        report({ op: "following" })
    },
    message: (text) => take(receiver, text),
  })
  new Returning(peer, port, talk, {
    waitMs: backoffMs, // what our client library waits
    lost: () => {
      receiver.wasCut = receiver.following
    },
  })
}

function take(receiver: Receiver, text: string): void {
  const [n, madeMs] = text.split(" ", 2).map(Number) as [number, number]
  if (n <= receiver.last) receiver.doubles++
  else receiver.count++
  receiver.last = Math.max(receiver.last, n)
  if (receiver.back || !receiver.wasCut) return
  const atMs = nowMs()
  if (atMs - madeMs > freshMsMax) return
  receiver.back = true
  if (receivers.every(({ back }) => back)) report({ op: "back", atMs })
}

async function end(messages: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < quietMsMax; waitedMs += askAgainMs) {
    if (receivers.every(({ last }) => last === messages)) break
    await sleep(askAgainMs)
  }
  const lost = receivers.map((receiver) => messages - receiver.count)
  report({ op: "heard", lost, doubles: receivers.reduce((sum, { doubles }) => sum + doubles, 0) })
}

process.on("message", ({ messages }: ReceiversOrder) => void end(messages))
process.on("disconnect", () => process.exit())
for (let n = 0; n < count; n++) open(n)
