import type { LineRun, Transport } from "../../client/line/run.ts"
import { PROBE_HEAD_BYTES } from "../../protocol/probe.ts"
import { measure } from "../line/measure.ts"
import type { Checking, Rows } from "./row.ts"
import { udpWorks } from "./udp.ts"

export interface Probing {
  readonly transport: Transport
  readonly intervalMs: number
  readonly count: number
  /** Of a probe; as small as they come where it is left out. */
  readonly bytes?: number
  readonly lateMs: number
}

/** Sends probes to the address that is used. @throws LandlineError no_hub */
export function probe(
  checking: Checking,
  { bytes = PROBE_HEAD_BYTES, ...probing }: Probing,
): Promise<LineRun> {
  const { target, rows, signal, progress } = checking
  let came = 0
  return measure({
    host: rows.connect!.facts!.used!,
    port: target.port,
    closed: false,
    bytes,
    ...probing,
    signal,
    onProgress(samples) {
      came += samples.length
      progress(came / probing.count)
    },
  })
}

/** UDP, else TCP, where the system sends again what is lost. */
export const probeTransport = (rows: Rows): Transport => (udpWorks(rows.udp?.facts) ? "udp" : "tcp")
