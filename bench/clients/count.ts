import type { Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { peers } from "../peers/all.ts"
import { nowMs } from "../support/clock.ts"
import { Tally } from "../support/tally.ts"
import { type Burst, burstBytesMin, isWhole, tag } from "../support/words.ts"
import { connect } from "./connect.ts"
import type { Order, Report } from "./counter.ts"

/**
 * The byte-counting client, a process of its own: many followers of one peer, read as cheaply as Node can.
 * Of each follower it counts the bytes, and near the end looks for the last message's tag. Of one it keeps
 * everything, to check after the clock has stopped that each message came once and in order. Where messages are
 * long, each of every follower is counted while it comes instead.
 */

const openAtOnceMax = 50
const aliveBytesMax = 64 // a sign of life is shorter than any message

interface Follower {
  socket: Socket
  bytes: number
  /** The end of the last chunk, where a tag may have been cut. */
  rest: Buffer
  done: boolean
  tally?: Tally | undefined
}

const followers: Follower[] = []
const none = Buffer.alloc(0)
let burst: Burst | undefined
let last = none
let bytesMin = 0
let missing = 0
let kept: Buffer[] = []

const report = (message: Report) => process.send!(message)

function take(follower: Follower, chunk: Buffer): void {
  follower.bytes += chunk.length
  if (follower.tally) return tallyUp(follower, follower.tally, chunk)
  if (follower === followers[0] && burst) kept.push(Buffer.from(chunk))
  if (follower.done || follower.bytes < bytesMin) {
    follower.rest = none
    return
  }
  // The first chunk over the minimum is searched whole: a tag cut before it would end below the minimum.
  const searched = follower.rest.length > 0 ? Buffer.concat([follower.rest, chunk]) : chunk
  if (searched.includes(last)) arrived(follower)
  else follower.rest = Buffer.from(searched.subarray(-last.length))
}

function tallyUp(follower: Follower, tally: Tally, chunk: Buffer): void {
  tally.take(chunk)
  if (tally.faulty) {
    follower.tally = undefined
    report({ op: "failed", why: "A follower got other messages than were sent." })
  } else if (!follower.done && tally.count >= burst!.messages) arrived(follower)
}

function arrived(follower: Follower): void {
  follower.done = true
  if (--missing > 0) return
  const atMs = nowMs()
  const whole = follower.tally
    ? followers.every(({ tally }) => tally?.count === burst!.messages)
    : isWhole(burst!, Buffer.concat(kept).toString("latin1"))
  report({ op: "done", atMs, bytes: followers.reduce((sum, { bytes }) => sum + bytes, 0), whole })
  burst = undefined
  kept = []
}

async function openOne(port: number, peer: keyof typeof peers): Promise<void> {
  const { wire } = peers[peer]
  const steps = wire.follow(port, followers.length)
  const follower = { bytes: 0, rest: none, done: true } as Follower
  followers.push(follower)
  follower.socket = await connect(port, steps, (chunk, socket) => {
    if (chunk.length <= aliveBytesMax) {
      const answer = wire.alive(chunk)
      if (answer) {
        socket.write(answer)
        return
      }
    }
    take(follower, chunk)
  })
  follower.socket.once("close", () => report({ op: "failed", why: "A follower was cut off." }))
}

async function open(peer: keyof typeof peers, port: number, count: number): Promise<void> {
  while (followers.length < count) {
    const wave = Math.min(openAtOnceMax, count - followers.length)
    await Promise.all(Array.from({ length: wave }, () => openOne(port, peer)))
  }
  report({ op: "opened" })
}

function arm(next: Burst, each: boolean): void {
  burst = next
  last = Buffer.from(tag(next, next.messages - 1))
  bytesMin = burstBytesMin(next) - 128
  missing = followers.length
  kept = []
  for (const follower of followers) {
    const tally = each ? new Tally(next) : undefined
    Object.assign(follower, { bytes: 0, rest: none, done: false, tally })
  }
  report({ op: "armed" })
}

async function stall(ms: number): Promise<void> {
  for (const { socket } of followers) socket.pause()
  report({ op: "stalled" })
  await sleep(ms)
  report({ op: "resumed", atMs: nowMs() })
  for (const { socket } of followers) socket.resume()
}

process.on("message", (order: Order) => {
  if (order.op === "open")
    open(order.peer, order.port, order.followers).catch((error: Error) =>
      report({ op: "failed", why: error.message }),
    )
  else if (order.op === "arm") arm(order.burst, order.each)
  else void stall(order.ms)
})
process.on("disconnect", () => process.exit())
