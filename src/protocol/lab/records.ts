import { z } from "zod"
import type { Diagnosis } from "./diagnosis.ts"
import { labLimits } from "./lab-limits.ts"
import type { Part } from "./parts.ts"

/** What a hub keeps of its lab, as it travels. PROTOCOL.md 14. */

export const LAB_SERVICES = ["ping", "sum", "hello", "feed", "chat", "file"] as const
export type LabServiceName = (typeof LAB_SERVICES)[number]

/** Who sent: the program that connected, or the hub's service. */
export type Side = "client" | "server"

/** `udp`: no connection, but the datagrams of one address and port that follow each other. */
export type Transport = "tcp" | "udp"

/** A diagnosis, and when it was made; ms since 1970. */
export type TimedDiagnosis = Diagnosis & { readonly time: number }

/** A connection in the list of traces. */
export interface TraceSummary {
  readonly id: number
  /** Undefined while the client has not shown which of two services it wants. */
  readonly service?: LabServiceName | undefined
  readonly transport: Transport
  /** `127.0.0.1:5000` */
  readonly peer: string
  /** The program's name, where the protocol has one. */
  readonly name?: string | undefined
  /** ms since 1970 */
  readonly opened: number
  /** Left out while it is open; over UDP, when the last datagram came or went, once nothing follows. */
  readonly closed?: number | undefined
  /** All that came and went, kept or not. */
  readonly bytes: Readonly<Record<Side, number>>
  readonly diagnoses: readonly TimedDiagnosis[]
}

/** What one read or write carried. */
export interface TracePiece {
  readonly time: number
  readonly from: Side
  /** Place in what that side has sent. Where it is behind the end of the piece before, bytes between are not kept. */
  readonly at: number
  readonly base64: string
}

export interface TraceAnswer extends TraceSummary {
  readonly pieces: readonly TracePiece[]
  /** Frames and fields, as far as there is no gap. */
  readonly parts: Readonly<Record<Side, readonly Part[]>>
}

const VERDICTS = ["pass", "fail", "not applicable"] as const
export type Verdict = (typeof VERDICTS)[number]

export interface TableResult {
  readonly case: string
  readonly verdict: Verdict
  readonly demand?: "basic" | "robust" | undefined
  /** One sentence, of a fault. */
  readonly say?: string | undefined
  /** ms since 1970 */
  readonly time: number
}

/** A program, and the latest result of each case. */
export interface TableRow {
  readonly service: LabServiceName
  /** What the program is: tried while it served, or seen while it used the lab. */
  readonly role: Side
  /** Without a port. */
  readonly address: string
  readonly name?: string | undefined
  /** The newest first. */
  readonly results: readonly TableResult[]
}

const short = z.string().min(1).max(200)

/** What `landline lab SERVICE try` reports of a server. */
export const TriedReport = z.object({
  service: z.enum(LAB_SERVICES),
  /** Where the server was reached, without its port: the hub puts the reporter's own address for `localhost`. */
  host: short,
  name: short.optional(),
  results: z
    .array(
      z.object({
        case: z
          .string()
          .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
          .max(40),
        verdict: z.enum(VERDICTS),
        demand: z.enum(["basic", "robust"]).optional(),
        say: z.string().max(500).optional(),
      }),
    )
    .min(1)
    .max(labLimits.tableCasesMax),
})
export type TriedReport = z.infer<typeof TriedReport>
