import type { LineRun } from "../../../src/client/line/run.ts"
import { LandlineError } from "../../../src/client/main.ts"
import { PROBE_PATH } from "../../../src/protocol/probe.ts"
import type { LiveLine } from "./live-line.ts"
import type { ProbeMessage } from "./probe-worker.ts"
import type { ProbingOptions } from "./probing.ts"

export interface MeasuringOptions extends Omit<ProbingOptions, "url"> {
  /** Ends the run early; what was measured is returned. */
  readonly signal: AbortSignal
  /** Four times a second. */
  onLive?(live: LiveLine): void
}

/**
 * Sends probes to the hub of this page, in a thread of its own.
 * @throws LandlineError no_hub where none comes back because the connection is refused, or broke
 */
export async function measure({ signal, onLive, ...options }: MeasuringOptions): Promise<LineRun> {
  const worker = new Worker(new URL("./probe-worker.ts", import.meta.url), { type: "module" })
  const stop = () => worker.postMessage("stop")
  try {
    const run = await new Promise<LineRun | undefined>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<ProbeMessage>) =>
        "live" in data ? onLive?.(data.live) : resolve(data.run)
      worker.onerror = () => reject(noLine())
      worker.postMessage({ ...options, url: webSocketUrl(PROBE_PATH) } satisfies ProbingOptions)
      signal.addEventListener("abort", stop)
      if (signal.aborted) stop()
    })
    if (run === undefined) throw noLine()
    return run
  } finally {
    signal.removeEventListener("abort", stop)
    worker.terminate()
  }
}

const noLine = () =>
  new LandlineError("no_hub", {}, "No test packet got through: the hub cannot be reached at the moment.")

/** One of the hub's doors for WebSockets. */
export function webSocketUrl(path: string): string {
  const url = new URL(path, location.origin)
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  return url.href
}
