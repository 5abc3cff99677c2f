import { time } from "../../client/check/words.ts"
import type { Session } from "../../client/main.ts"
import type { Line } from "../../protocol/line.ts"
import { printableLine } from "../../protocol/text.ts"
import { amount } from "../files/amounts.ts"
import { print, printJson, table } from "../output.ts"
import { ago } from "../spans.ts"

/** Everyone's line, as the hub holds it, the worst first. */
export async function printEveryone(session: Session, json?: true): Promise<void> {
  const lines = [...(await session.lines())].sort(worstFirst)
  if (json) for (const line of lines) printJson(line)
  else if (lines.length === 0)
    console.error(
      "Nobody's line is known yet. It is after somebody ran `landline check`, or has a chat open for a minute.",
    )
  else for (const row of everyoneTable(lines, Date.now())) print(row)
}

const BADNESS = { fail: 2, warn: 1, pass: 0 }

/** By what a whole check said, then by loss, then by the time of an answer. */
export function worstFirst(a: Line, b: Line): number {
  return badness(b) - badness(a) || loss(b) - loss(a) || (b.p50Ms ?? Infinity) - (a.p50Ms ?? Infinity)
}

const badness = ({ verdict }: Line): number => (verdict ? BADNESS[verdict] : 0)
const loss = ({ lost, samples }: Line): number => lost / samples

const VERDICTS = { fail: "fault", warn: "middling", pass: "good" }

export function everyoneTable(lines: readonly Line[], now: number): string[] {
  return table([
    ["WHO", "ANSWER", "UNEVEN BY", "LOST", "DOWN", "UP", "LAST CHECK", "MEASURED"],
    ...lines.map((line) => [
      printableLine(line.name),
      orDash(line.p50Ms, time),
      orDash(line.jitterMs, time),
      `${Math.round(loss(line) * 1000) / 10} %`,
      orDash(line.downBytesPerSecond, rate),
      orDash(line.upBytesPerSecond, rate),
      line.verdict ? VERDICTS[line.verdict] : "-",
      ago(now - line.time),
    ]),
  ])
}

const rate = (bytes: number): string => `${amount(bytes)}/s`
const orDash = (value: number | undefined, say: (value: number) => string): string =>
  value === undefined ? "-" : say(value)
