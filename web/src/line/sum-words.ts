import type { Mismatch, SumRun } from "../../../src/client/line/sum-run.ts"
import { counted } from "../ui/format.ts"

export interface SumOutcome {
  readonly good: boolean
  /** One sentence. */
  readonly say: string
}

/** What a run proves. @param fault why it ended before its end */
export function sumOutcome(
  run: Pick<SumRun, "done" | "damaged" | "mismatchCount" | "over" | "transcript" | "hubTranscript">,
  fault?: string,
): SumOutcome {
  const { done, damaged, mismatchCount, transcript, hubTranscript } = run
  if (fault !== undefined) return { good: false, say: fault }
  const exchanges = counted(done, "exchange")
  if (transcript === undefined || hubTranscript === undefined)
    return { good: false, say: `After ${exchanges} the hub's transcript is not known.` }
  const same = transcript === hubTranscript
  const held = same
    ? "Both ends hold the same transcript"
    : "The two ends hold different transcripts, so each knows that the other saw something else"
  if (mismatchCount === 0) return { good: same, say: `${held}, of ${exchanges}.` }
  return {
    good: false,
    say: `${damaged.toLocaleString("en")} of ${exchanges} came damaged, at ${counted(mismatchCount, "place")}. ${held}.`,
  }
}

const WAYS = { up: "to the hub", down: "from the hub" }

/** A place of damage as cells: exchange, way, what, byte, bit. */
export const damageCells = ({ seq, direction, part, byte, bit }: Mismatch): string[] => [
  seq.toLocaleString("en"),
  WAYS[direction],
  part,
  byte === undefined ? "" : String(byte),
  bit === undefined ? "" : String(bit),
]
