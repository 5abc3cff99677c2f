import { z } from "zod"

const ms = z.number().min(0).max(3_600_000)
const rate = z.number().min(0).max(1e12)

/** What a program measured of its line to the hub. Times are user-space round trips in ms. */
export const LineReport = z
  .object({
    /** Probes sent; percentiles are left out where there are too few (10 / (1 - p)). */
    samples: z.int().min(1).max(1_000_000),
    lost: z.int().min(0).max(1_000_000),
    minMs: ms.optional(),
    p50Ms: ms.optional(),
    p90Ms: ms.optional(),
    maxMs: ms.optional(),
    /** Mean |IPDV|, RFC 3393. */
    jitterMs: ms.optional(),
    /** Only of a whole check. */
    downBytesPerSecond: rate.optional(),
    upBytesPerSecond: rate.optional(),
    verdict: z.enum(["pass", "warn", "fail"]).optional(),
  })
  .refine(({ samples, lost }) => lost <= samples, "more are lost than were sent")
export type LineReport = z.infer<typeof LineReport>

/** The last that is known of somebody's line. */
export interface Line extends LineReport {
  readonly name: string
  /** ms since 1970 of the last report. */
  readonly time: number
}

/** A throughput test's place in the queue: 0 ahead means that it may begin. */
export interface TurnInfo {
  readonly turn: string
  readonly ahead: number
}
