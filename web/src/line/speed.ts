import type { Throughput } from "../../../src/client/check/throughput.ts"
import { LandlineError } from "../../../src/client/main.ts"
import type { TurnInfo } from "../../../src/protocol/line.ts"
import type { HubHttp } from "../hub/http.ts"
import { Meter } from "./meter.ts"

export interface SpeedOptions {
  readonly http: HubHttp
  readonly signal: AbortSignal
  /** While others measure. @param ahead how many */
  onWait(ahead: number): void
  /** Our turn. @returns what stops what runs beside it */
  onBegin(): () => void
  /** @param share of the time, 0 to 1 */
  onProgress(share: number): void
}

const SEND_MS = 3_000 // long enough for TCP to find its speed on a line of 100 ms, short enough to wait for
const BYTES_MAX = 512 * 1024 * 1024
const ASK_MS = 1_000
/** What is in the buffers of a slow line gets so long to arrive. */
const DRAIN_MS = 9_000
const FIRST_BYTES = 32 * 1024
const PIECE_BYTES_MAX = 8 * 1024 * 1024
const LANES = 3 // a browser sends a piece only as a whole: while one is answered, the line stays full of the others
const QUICK_MS = 1_000
const RANDOM_BYTES = 64 * 1024 // that a browser makes at a time

/** How fast the hub's bytes come. @throws LandlineError no_hub | what the hub refuses with */
export const download = (options: SpeedOptions): Promise<Throughput> => inTurn(options, receive)

/** How fast the hub takes ours: what it has answered counts. @throws LandlineError no_hub | what the hub refuses with */
export const upload = (options: SpeedOptions): Promise<Throughput> => inTurn(options, send)

type Moved = Omit<Throughput, "waitedMs">

/** PROTOCOL.md 12.4: by turns, so that those who measure do not measure each other. */
async function inTurn(
  options: SpeedOptions,
  move: (options: SpeedOptions, turn: string) => Promise<Moved>,
): Promise<Throughput> {
  const { http, signal, onWait } = options
  const began = performance.now()
  let info = await http.json<TurnInfo>("/line/turns", { method: "POST", signal })
  const path = `/line/turns/${encodeURIComponent(info.turn)}`
  try {
    while (info.ahead > 0) {
      onWait(info.ahead)
      await pause(ASK_MS, signal)
      info = await http.json<TurnInfo>(path, { signal })
    }
    const waitedMs = performance.now() - began
    const stop = options.onBegin()
    try {
      return { ...(await move(options, info.turn)), waitedMs }
    } finally {
      stop()
    }
  } finally {
    // The hub forgets it by itself as well, so nobody waits for this.
    http.fetch(path, { method: "DELETE", keepalive: true }).catch(() => {})
  }
}

async function receive({ http, signal, onProgress }: SpeedOptions, turn: string): Promise<Moved> {
  const began = performance.now()
  const meter = new Meter()
  const timeUp = AbortSignal.timeout(SEND_MS)
  try {
    const { body } = await http.fetch(`/line/download?turn=${turn}&bytes=${BYTES_MAX}`, {
      signal: AbortSignal.any([signal, timeUp]),
      cache: "no-store",
    })
    const reader = body!.getReader()
    let bytes = 0
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.length
      const ms = performance.now() - began
      meter.note(ms, bytes)
      onProgress(ms / SEND_MS)
    }
    return meter.result()
  } catch (error) {
    signal.throwIfAborted()
    if (timeUp.aborted) return meter.result(SEND_MS)
    throw error instanceof LandlineError ? error : broken()
  }
}

async function send({ http, signal, onProgress }: SpeedOptions, turn: string): Promise<Moved> {
  const began = performance.now()
  const elapsed = () => performance.now() - began
  const meter = new Meter()
  const timeUp = AbortSignal.timeout(SEND_MS + DRAIN_MS)
  const either = AbortSignal.any([signal, timeUp])
  const piece = randomPiece(PIECE_BYTES_MAX)
  let bytes = 0
  const post = async (size: number): Promise<number> => {
    const at = elapsed()
    const answer = await http.json<Moved>(`/line/upload?turn=${turn}`, {
      method: "POST",
      body: piece.slice(0, size),
      signal: either,
    })
    bytes += answer.bytes
    meter.note(elapsed(), bytes)
    onProgress(Math.min(1, elapsed() / SEND_MS))
    return elapsed() - at
  }
  const lane = async (first: number) => {
    for (let size = first; elapsed() < SEND_MS && bytes < BYTES_MAX; )
      if ((await post(size)) < QUICK_MS) size = Math.min(2 * size, PIECE_BYTES_MAX)
  }
  try {
    const quick = (await post(FIRST_BYTES)) < QUICK_MS / 2
    await Promise.all(Array.from({ length: LANES }, () => lane(quick ? 4 * FIRST_BYTES : FIRST_BYTES)))
    return meter.result()
  } catch (error) {
    signal.throwIfAborted()
    if (timeUp.aborted) return meter.result(SEND_MS + DRAIN_MS)
    throw error
  }
}

/** A line that compresses must not look faster than it is. */
function randomPiece(bytes: number): Blob {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  return new Blob(Array<Uint8Array<ArrayBuffer>>(bytes / RANDOM_BYTES).fill(random))
}

const broken = () => new LandlineError("no_hub", {}, "The line broke while its speed was measured.")

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
