import { Worker } from "node:worker_threads"
import { PROBES_MAX } from "../../client/line/probe-run.ts"
import type { LineRun, Transport } from "../../client/line/run.ts"
import { type ErrorCode, type ErrorDetails, LandlineError } from "../../protocol/errors.ts"
import { PROBE_BYTES_MAX, PROBE_HEAD_BYTES } from "../../protocol/probe.ts"

export interface Measuring {
  readonly host: string
  readonly port: number
  readonly transport: Transport
  /** Closed loop: the next probe goes when the reply came, or is late. Else one is sent each `intervalMs`. */
  readonly closed: boolean
  readonly intervalMs: number
  /** Ends after so many probes, or so long, whichever comes first. */
  readonly count?: number | undefined
  readonly durationMs?: number | undefined
  /** Of a probe, 64 to 65,507. */
  readonly bytes: number
  /** A reply that takes longer is late; at the end it is waited for so long. */
  readonly lateMs: number
}

export interface ProgressSample {
  readonly seq: number
  /** ms from the plan; NaN for one that is given up as lost, though it may still come late. */
  readonly responseMs: number
}

export interface MeasureOptions extends Measuring {
  /** Ends the run early; what was measured is returned. */
  readonly signal?: AbortSignal | undefined
  /** At most ten times a second: what came since the last call. */
  onProgress?(samples: readonly ProgressSample[]): void
}

export interface MeasureData extends Measuring {
  /** Whether progress is asked for. */
  readonly progress: boolean
}

export interface FreshMessage {
  readonly seqs: Uint32Array<ArrayBuffer>
  readonly responsesMs: Float64Array<ArrayBuffer>
}

/** From the thread that measures. To it goes one message, which ends the run. */
export type MeasureMessage =
  | FreshMessage
  | { readonly run: LineRun }
  | { readonly error: { code: ErrorCode; message: string; details: ErrorDetails } }

/**
 * Sends probes to a hub, in a thread of its own, so that nothing else of this program holds them up.
 * @throws LandlineError no_hub: nothing answers, or something that is no hub | usage
 */
export async function measure({ signal, onProgress, ...options }: MeasureOptions): Promise<LineRun> {
  check(options)
  const worker = new Worker(new URL("./measure-worker.ts", import.meta.url), {
    workerData: { ...options, progress: onProgress !== undefined } satisfies MeasureData,
  })
  const stop = () => worker.postMessage("stop")
  if (signal?.aborted) stop()
  signal?.addEventListener("abort", stop)
  try {
    return await new Promise((resolve, reject) => {
      worker.on("error", reject)
      worker.on("exit", () => reject(new LandlineError("internal")))
      worker.on("message", (message: MeasureMessage) => {
        if ("run" in message) resolve(message.run)
        else if ("seqs" in message) onProgress?.(samplesOf(message))
        else reject(new LandlineError(message.error.code, message.error.details, message.error.message))
      })
    })
  } finally {
    signal?.removeEventListener("abort", stop)
    await worker.terminate()
  }
}

const samplesOf = ({ seqs, responsesMs }: FreshMessage): ProgressSample[] =>
  Array.from(seqs, (seq, at) => ({ seq, responseMs: responsesMs[at]! }))

function check({ bytes, count, intervalMs, closed }: Measuring): void {
  const refuse = (say: string) => {
    throw new LandlineError("usage", {}, say)
  }
  if (!Number.isInteger(bytes) || bytes < PROBE_HEAD_BYTES || bytes > PROBE_BYTES_MAX)
    refuse(`A probe has ${PROBE_HEAD_BYTES} to ${PROBE_BYTES_MAX} bytes.`)
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= PROBES_MAX))
    refuse(`One measurement sends 1 to ${PROBES_MAX} probes.`)
  if (!closed && !(intervalMs > 0)) refuse("The time between two probes must be more than 0.")
}
