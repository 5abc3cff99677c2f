import { parentPort, workerData } from "node:worker_threads"
import type { LineRun } from "../../client/line/run.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { unreachable } from "./line-errors.ts"
import type { MeasureData, MeasureMessage } from "./measure.ts"
import { Probing } from "./probing.ts"

/** The thread that measures. */

const data = workerData as MeasureData
const port = parentPort!
const probing = new Probing(data, (fresh) =>
  port.postMessage(fresh satisfies MeasureMessage, [fresh.seqs.buffer, fresh.responsesMs.buffer]),
)
port.once("message", () => probing.stop())

try {
  const run = await probing.run()
  port.postMessage({ run } satisfies MeasureMessage, buffersOf(run))
} catch (thrown) {
  const { code, message, details } =
    thrown instanceof LandlineError ? thrown : unreachable(thrown as NodeJS.ErrnoException, data)
  port.postMessage({ error: { code, message, details } } satisfies MeasureMessage)
}

function buffersOf({ samples }: LineRun): ArrayBuffer[] {
  return Object.values(samples).map(
    (column: Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>) => column.buffer,
  )
}
