import { randomBytes } from "node:crypto"
import http from "node:http"
import https from "node:https"
import { setTimeout as sleep } from "node:timers/promises"
import type { Throughput } from "../../client/check/throughput.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { TurnInfo } from "../../protocol/line.ts"
import { HubHttp, identityOf } from "../files/hub-http.ts"

export interface ThroughputOptions {
  /** The hub's HTTP doors; ends with `/`. */
  readonly base: URL
  readonly as: string
  /** Does not wait for others who measure. */
  readonly together: boolean
  readonly signal: AbortSignal
  /** While others measure. @param ahead how many */
  onWait(ahead: number): void
  /** Our turn. @returns what stops what runs beside it */
  onBegin(): Promise<() => void>
  /** @param share of the time, 0 to 1 */
  onProgress(share: number): void
}

const SEND_MS = 3_000 // long enough for TCP to find its speed on a line of 100 ms, short enough to wait for
const BYTES_MAX = 512 * 1024 * 1024 // 1.4 Gbit/s for that time; what is faster ends earlier
const BEGIN_MS = 700
const ASK_MS = 1_000
const WAIT_MAX_MS = 15 * 60_000
/** What is in the buffers of a slow line gets so long to arrive; the hub itself stops counting after 10 s. */
const DRAIN_MS = 9_000
const PIECE_BYTES = 256 * 1024

/** How fast the hub's bytes come. @throws LandlineError no_hub | what the hub refuses with */
export const download = (options: ThroughputOptions): Promise<Throughput> => inTurn(options, receive)

/** How fast the hub takes ours: by the hub's own count. @throws LandlineError no_hub | what the hub refuses with */
export const upload = (options: ThroughputOptions): Promise<Throughput> => inTurn(options, send)

type Moved = Omit<Throughput, "waitedMs">

async function inTurn(
  options: ThroughputOptions,
  use: (options: ThroughputOptions, turn: string) => Promise<Moved>,
): Promise<Throughput> {
  const { base, as, together, signal, onWait } = options
  const hub = new HubHttp({ hub: base.href, as })
  const began = performance.now()
  let info = await hub.json<TurnInfo>("POST", together ? "line/turns?together" : "line/turns")
  const path = `line/turns/${encodeURIComponent(info.turn)}`
  try {
    while (info.ahead > 0) {
      onWait(info.ahead)
      if (performance.now() - began > WAIT_MAX_MS) throw new LandlineError("not_your_turn")
      await sleep(ASK_MS, undefined, { signal })
      info = await hub.json<TurnInfo>("GET", path)
    }
    const waitedMs = performance.now() - began
    const stop = await options.onBegin()
    try {
      return { ...(await use(options, info.turn)), waitedMs }
    } finally {
      stop()
    }
  } finally {
    // The hub forgets it by itself as well, so nobody waits long for this.
    await Promise.race([end(hub, path), sleep(ASK_MS, undefined, { ref: false })])
  }
}

async function end(hub: HubHttp, path: string): Promise<void> {
  try {
    await hub.text(await hub.request("DELETE", path))
  } catch (error) {
    if (!(error instanceof LandlineError)) throw error
  }
}

function request(options: ThroughputOptions, method: string, path: string, ms: number): http.ClientRequest {
  const url = new URL(path, options.base)
  return (url.protocol === "https:" ? https : http).request(url, {
    method,
    agent: false,
    headers: identityOf(options.as),
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(ms)]),
  })
}

/** Ends by itself after `SEND_MS`; a line on which nothing comes at all has moved no bytes. */
function receive(options: ThroughputOptions, turn: string): Promise<Moved> {
  const asked = performance.now()
  const got = request(options, "GET", `line/download?turn=${turn}&bytes=${BYTES_MAX}`, SEND_MS)
  got.end()
  return new Promise((resolve, reject) => {
    let [first, atFirst, last, bytes] = [Infinity, 0, asked, 0]
    /** @param end when no more came: what stands still counts, up to the end of the test */
    const done = (end: number) => {
      const settled = end - first > BEGIN_MS
      resolve(settled ? { bytes: bytes - atFirst, ms: end - first } : { bytes, ms: Math.max(end - asked, 1) })
    }
    const failed = (error?: Error) => {
      if (options.signal.aborted) reject(error)
      else if (performance.now() - asked >= SEND_MS) done(asked + SEND_MS)
      else reject(lost(options))
    }
    got.once("response", (response) => {
      if (response.statusCode !== 200) return reject(refused(response.statusCode!))
      response.on("data", (chunk: Buffer) => {
        last = performance.now()
        bytes += chunk.length
        if (first === Infinity && last - asked > BEGIN_MS) [first, atFirst] = [last, bytes]
        options.onProgress((last - asked) / SEND_MS)
      })
      response.once("end", () => done(last))
      response.once("error", failed)
    })
    got.once("error", failed)
  })
}

/** The hub counts: what we have written may still be anywhere. */
function send(options: ThroughputOptions, turn: string): Promise<Moved> {
  const began = performance.now()
  const sent = request(options, "POST", `line/upload?turn=${turn}`, SEND_MS + DRAIN_MS)
  const piece = randomBytes(PIECE_BYTES)
  let left = BYTES_MAX
  let answered = false
  const write = () => {
    while (!answered && !sent.destroyed) {
      options.onProgress((performance.now() - began) / SEND_MS)
      if (left <= 0 || performance.now() - began > SEND_MS) return void sent.end()
      left -= PIECE_BYTES
      if (!sent.write(piece)) return void sent.once("drain", write)
    }
  }
  return new Promise((resolve, reject) => {
    sent.once("response", (response) => {
      answered = true
      if (response.statusCode !== 200) return reject(refused(response.statusCode!))
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.once("end", () => {
        const { bytes, ms } = JSON.parse(Buffer.concat(chunks).toString()) as Moved
        resolve({ bytes, ms: Math.max(ms, 1) })
        sent.destroy()
      })
    })
    sent.on("error", (error) => {
      if (options.signal.aborted) reject(error)
      else if (performance.now() - began >= SEND_MS + DRAIN_MS) resolve({ bytes: 0, ms: SEND_MS + DRAIN_MS })
      else reject(lost(options))
    })
    write()
  })
}

const lost = ({ base }: ThroughputOptions) =>
  new LandlineError("no_hub", {}, `The line to ${base.host} broke while its speed was measured.`)

const refused = (status: number) =>
  new LandlineError("bad_request", { status }, `The hub did not let its speed be measured (${status}).`)
