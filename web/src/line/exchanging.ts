import { sha256 as sha256Of } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import { ExchangeFault, SumRun, type SumRunOptions } from "../../../src/client/line/sum-run.ts"
import { LandlineError } from "../../../src/client/main.ts"
import { randomId } from "../../../src/client/random-id.ts"
import { EXCHANGE_PATH, NUMBER_MAX, PATTERNS, type Sha256 } from "../../../src/protocol/exchange.ts"
import { webSocketUrl } from "./measuring.ts"

/** By a library, since browsers hash only on https and localhost by themselves. */
const sha256: Sha256 = (data) => bytesToHex(sha256Of(typeof data === "string" ? utf8ToBytes(data) : data))

const ANSWER_MS = 5_000 // a hub that is there answers an exchange at once
const SEEDS = 2 ** 32

/** One exchange, with a number that a person chose. */
export const singleRun = (name: string, number: number, more: Partial<SumRunOptions> = {}): SumRun =>
  new SumRun({ ...fresh(name), patterns: [], count: 1, window: 1, numberOf: () => number, ...more })

/** Many exchanges, with payloads that both ends know. */
export const manyRun = (
  name: string,
  count: number,
  window: number,
  more: Partial<SumRunOptions> = {},
): SumRun =>
  new SumRun({
    ...fresh(name),
    ...{ patterns: PATTERNS, count, window, numberOf: (seq) => 1 + ((seq - 1) % NUMBER_MAX) },
    ...more,
  })

const fresh = (name: string) => ({
  sha256,
  run: randomId(),
  name,
  seed: Math.floor(Math.random() * SEEDS),
})

/**
 * Takes a run to its end over a connection of its own (PROTOCOL.md 13).
 * @param onProgress called after each message that came
 * @throws LandlineError no_hub | stopping | too_many
 * @throws ExchangeFault where what came is not what a hub sends over a sound line; the run tells how far it went
 */
export async function exchange(run: SumRun, signal: AbortSignal, onProgress: () => void): Promise<void> {
  const ws = new WebSocket(webSocketUrl(EXCHANGE_PATH))
  ws.binaryType = "arraybuffer"
  const ended = Promise.withResolvers<void>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(
      () => ended.reject(noHub(`The hub did not answer exchange ${run.done + 1} within 5 s.`)),
      ANSWER_MS,
    )
  }
  const send = () => {
    for (let bytes = run.take(); bytes; bytes = run.take()) ws.send(bytes as Uint8Array<ArrayBuffer>)
  }
  const stop = () => {
    run.stop()
    if (ws.readyState === WebSocket.OPEN) send()
  }
  ws.onopen = send
  ws.onmessage = ({ data }) => {
    wait()
    try {
      if (typeof data === "string") throw new ExchangeFault("What came is no binary message.")
      run.receive(new Uint8Array(data as ArrayBuffer))
      send()
      onProgress()
      if (run.over) ended.resolve()
    } catch (error) {
      ended.reject(error)
    }
  }
  ws.onclose = ({ code }) => {
    // RFC 6455 7.4.1: the hub read a frame that was none, or text that was no UTF-8, or too much.
    const damaged = code === 1002 || code === 1007 || code === 1009
    ended.reject(
      damaged
        ? new ExchangeFault(
            `On the way up, after ${run.done} exchanges, a frame came damaged: what follows cannot be read.`,
          )
        : noHub(
            run.hub === undefined
              ? "The hub did not take the exchange: it cannot be reached at the moment, or has too many already."
              : `The line to the hub was cut after ${run.done} exchanges.`,
          ),
    )
  }
  signal.addEventListener("abort", stop)
  if (signal.aborted) run.stop()
  wait()
  try {
    await ended.promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener("abort", stop)
    ws.onclose = null
    ws.close()
  }
}

const noHub = (say: string) => new LandlineError("no_hub", {}, say)
