import { printableLine } from "../../protocol/text.ts"
import { measuredFaults } from "./faults.ts"
import type { JudgedRow, JudgedRows, StepName } from "./row.ts"

export type Sure = "certain" | "likely" | "possible"

export interface Verdict {
  /** Whether a fault was found; a warning alone is none. */
  readonly fault: boolean
  /** One sentence for anyone. */
  readonly say: string
  /** The rows that it rests on. */
  readonly evidence: readonly StepName[]
  /** What to do next. */
  readonly next: string
  readonly sure: Sure
  /** Why it is no surer, or what makes it so sure. */
  readonly because: string
}

/** A verdict that a fault was found. */
export type Found = Omit<Verdict, "fault">

/**
 * What the rows mean together: the fault that explains most of them, or that there is none.
 * @param hub as the person knows it
 * @param unreached why there is no line to judge, where there is none
 */
export function verdictOf(rows: JudgedRows, hub: string, unreached?: Found): Verdict {
  if (unreached) return { fault: true, ...unreached }
  for (const fault of measuredFaults) {
    const found = fault(rows)
    if (found) return { fault: true, ...doubted(found, rows) }
  }
  return healthy(rows, hub)
}

/** A computer that is overloaded makes every line look bad. */
function doubted(found: Found, rows: JudgedRows): Found {
  const measured: readonly StepName[] = ["idle", "download", "upload", "load"]
  if (rows.machine?.state !== "warn" || !found.evidence.some((step) => measured.includes(step))) return found
  return {
    ...found,
    evidence: [...found.evidence, "machine"],
    next: `First end what keeps this computer busy, and check again. If it stays so: ${found.next}`,
    sure: "possible",
    because: "this computer itself is overloaded, which alone can make a line look so.",
  }
}

/** What helps where a step has a warning. */
const ADVICE: { readonly [S in StepName]?: string } = {
  resolve: "Use the hub's address in numbers, or ask whoever runs the network why looking up names is slow.",
  connect: "Ask whoever runs the network to take the address that does not answer from the hub's name.",
  hello: "Ask whoever runs the hub whether its computer is overloaded.",
  udp: "If calls or games fail, ask whoever runs the network to let UDP through. Chat, files and feeds need none.",
  idle: "If you notice it, use a cable in place of Wi-Fi, or wait until fewer people use the line.",
  mtu: "If something hangs, ask whoever runs the network whether a firewall drops packets that come in pieces.",
  download: "If it is too slow for you, see who else uses the line, or use a cable in place of Wi-Fi.",
  upload: "If it is too slow for you, see who else uses the line, or use a cable in place of Wi-Fi.",
  load: "If calls stutter, do not move large files at the same time.",
  machine: "If this computer feels slow, end programs that are not needed.",
}

function healthy(rows: JudgedRows, hub: string): Verdict {
  const all = Object.values(rows) as JudgedRow[]
  const warned = all.filter(({ state }) => state === "warn")
  const unknown = all.filter(({ state }) => state === "unknown").map(({ step }) => step)
  const where = printableLine(hub)
  const because =
    unknown.length === 0
      ? "every part of the line was tried."
      : `${unknown.length === 1 ? "one part" : `${unknown.length} parts`} of the line could not be tried.`
  if (warned.length === 0)
    return {
      fault: false,
      say: `The line to ${where} is healthy.`,
      evidence: all.filter(({ state }) => state === "pass").map(({ step }) => step),
      next: "Nothing needs to be done.",
      sure: unknown.length === 0 ? "certain" : "likely",
      because,
    }
  const things =
    warned.length === 1
      ? "one thing is not as it should be"
      : `${warned.length} things are not as they should be`
  return {
    fault: false,
    say: `The line to ${where} works, but ${things}: ${warned[0]!.say}`,
    evidence: warned.map(({ step }) => step),
    next: `${ADVICE[warned[0]!.step] ?? ""} Then check again, and compare.`.trim(),
    sure: "likely",
    because: "it was measured once, and such things come and go.",
  }
}
