import {
  judgeDownload,
  judgeUpload,
  type Throughput,
  type ThroughputFacts,
  throughputFacts,
  waitingFor,
} from "../../client/check/throughput.ts"
import { PROBE_HEAD_BYTES } from "../../protocol/probe.ts"
import { measure } from "../line/measure.ts"
import { download, type ThroughputOptions, upload } from "../line/throughput.ts"
import { probeTransport } from "./probes.ts"
import type { Checking, Step } from "./row.ts"
import { baseAt } from "./target.ts"

const PROBE_EVERY_MS = 20
const PROBES_MAX_MS = 30_000 // what the hub gives to one turn
const LATE_MS = 3_000

export const downloadStep: Step<"download"> = {
  title: "download",
  doing: "measuring how fast data comes from the hub",
  needs: ["hello"],
  run: (checking) => throughput(checking, download),
  judge: judgeDownload,
}

export const uploadStep: Step<"upload"> = {
  title: "upload",
  doing: "measuring how fast data goes to the hub",
  needs: ["hello"],
  run: (checking) => throughput(checking, upload),
  judge: judgeUpload,
}

/** With probes beside it, which tell how long an answer takes while the line is full. */
async function throughput(
  checking: Checking,
  move: (options: ThroughputOptions) => Promise<Throughput>,
): Promise<ThroughputFacts> {
  const { target, rows, as, together, signal, progress } = checking
  const address = rows.connect!.facts!.used!
  const over = new AbortController()
  let probes: ReturnType<typeof measure> | undefined
  const moved = await move({
    base: baseAt(target, address),
    as,
    together,
    signal,
    onWait: (ahead) => progress(0, waitingFor(ahead)),
    async onBegin() {
      if (!target.secure)
        probes = measure({
          host: address,
          port: target.port,
          transport: probeTransport(rows),
          closed: false,
          intervalMs: PROBE_EVERY_MS,
          durationMs: PROBES_MAX_MS,
          bytes: PROBE_HEAD_BYTES,
          lateMs: LATE_MS,
          signal: AbortSignal.any([signal, over.signal]),
        })
      probes?.catch(() => {}) // awaited below
      return () => over.abort()
    },
    onProgress: (share) => progress(Math.min(1, share)),
  })
  const run = await probes?.catch(() => undefined) // a line that is full may let none through
  return throughputFacts(moved, run)
}
