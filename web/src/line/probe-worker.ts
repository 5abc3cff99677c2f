import type { LineRun } from "../../../src/client/line/run.ts"
import { type LiveLine, liveLine } from "./live-line.ts"
import { Probing, type ProbingOptions } from "./probing.ts"

/** The thread that measures, so that what the page draws does not hold up its probes. */

/** From the thread. To it goes `ProbingOptions`, and later `"stop"`. */
export type ProbeMessage = { readonly live: LiveLine } | { readonly run: LineRun | undefined }

let probing: Probing | undefined

addEventListener("message", ({ data }: MessageEvent<ProbingOptions | "stop">) => {
  if (data === "stop") return probing?.stop()
  const tell = (message: ProbeMessage) => postMessage(message)
  probing = new Probing(data, ({ run, nowMs }) => tell({ live: liveLine(run, nowMs, data.lateMs) }))
  void probing.run().then((run) => tell({ run }))
})
