import { createSocket } from "node:dgram"
import { parentPort, workerData } from "node:worker_threads"
import { PROBE_HEAD_BYTES, viewOf } from "../../protocol/probe.ts"
import { ProbeReplies } from "../../protocol/probe-replies.ts"
import { isDelayed, median, type ResponderData, type ResponderMessage } from "./audit-responder.ts"
import { FaultyLine } from "./faulty-line.ts"

/** The thread of a responder that answers probes over UDP as a hub does, with faults and a delay on its line. */

const EXACT_MS = 1.5 // before a reply is due, from which on the loop turns without sleep

const { faults, delayMs, seed } = workerData as ResponderData
const tell = (message: ResponderMessage) => parentPort!.postMessage(message)

const now = () => performance.timeOrigin + performance.now()
const replies = new ProbeReplies({ now, runsMax: 8 })
const socket = createSocket("udp4")
const due: {
  readonly bytes: Uint8Array
  readonly port: number
  readonly cameMs: number
  readonly delayed: boolean
}[] = []
/** How long replies were on this side: those that were to be delayed, and the others. */
const took: { delayed: number[]; others: number[] } = { delayed: [], others: [] }
let clientPort = 0
let cameMs = 0
let delayed = false

const line = new FaultyLine(
  faults,
  random(seed),
  (probe) => {
    if (replies.answer(probe, now())) line.down(probe)
  },
  (reply) => {
    due.push({ bytes: reply, port: clientPort, cameMs, delayed })
    if (due.length === 1) sendDue()
  },
)

socket.on("message", (bytes, { port }) => {
  cameMs = performance.now()
  if (bytes.length < PROBE_HEAD_BYTES) return
  clientPort = port
  delayed = isDelayed(viewOf(bytes).getUint32(16))
  line.up(bytes)
})

function sendDue(): void {
  for (let next = due[0]; next; next = due[0]) {
    const aheadMs = next.cameMs + (next.delayed ? delayMs : 0) - performance.now()
    if (aheadMs > EXACT_MS + 1) return void setTimeout(sendDue, aheadMs - EXACT_MS)
    if (aheadMs > 0) return void setImmediate(sendDue)
    due.shift()
    took[next.delayed ? "delayed" : "others"].push(performance.now() - next.cameMs)
    socket.send(next.bytes, next.port, "127.0.0.1")
  }
}

/** mulberry32: numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

parentPort!.on("message", () =>
  tell({ ...line.truth(), delayMs: median(took.delayed) - median(took.others) }),
)
socket.bind(0, "127.0.0.1", () => tell({ port: socket.address().port }))
