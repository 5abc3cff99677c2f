import { time } from "../../client/check/words.ts"
import { clockOffset } from "../../client/line/statistics.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { PROBE_HEAD_BYTES } from "../../protocol/probe.ts"
import { printableLine } from "../../protocol/text.ts"
import { measure } from "../line/measure.ts"
import { print, printJson, table } from "../output.ts"
import type { HubName } from "./answer.ts"
import { connectAll, type Outcome, type Try, telling } from "./connect.ts"
import { askHello, otherSays } from "./hello.ts"
import { resolve } from "./resolve.ts"
import { place, targetOf } from "./target.ts"

export interface Greeting {
  readonly hub: HubName
  readonly addresses: readonly (Try & { readonly used: boolean })[]
  readonly port: number
  /** The hub's clock less this computer's, ms; undefined where it cannot be measured. */
  readonly clock: { readonly offsetMs: number; readonly boundMs: number } | undefined
  /** This computer's address, as the hub sees it. */
  readonly seenAs: string
}

const PROBES = 10
const LATE_MS = 5_000

/** `landline hello`: who is there? @throws LandlineError usage | no_hub */
export async function greet(hub: string, json?: true): Promise<void> {
  process.once("SIGINT", () => process.exit(0))
  const greeting = await ask(hub, new AbortController().signal)
  if (json) printJson(greeting)
  else for (const line of greetingLines(greeting)) print(line)
}

async function ask(hub: string, signal: AbortSignal): Promise<Greeting> {
  const target = targetOf(hub)
  const { host, port, secure } = target
  const { addresses, code } = await resolve(host, signal)
  if (addresses.length === 0) {
    const why = code === "ENOTFOUND" ? "no address belongs to that name" : "the name service does not answer"
    throw new LandlineError(
      "no_hub",
      { host },
      `The hub ${host} was not found: ${why}. Name another with --hub.`,
    )
  }
  const { tries, used } = await connectAll(target, addresses, signal)
  if (used === undefined)
    throw new LandlineError("no_hub", { host, port }, unreached(tries, place(host, port)))
  const { answer } = await askHello(target, used, signal)
  if (answer.is !== "hub") throw new LandlineError("no_hub", { host, port }, otherSays(answer, target))
  return {
    hub: answer.hub,
    addresses: tries.map((tried) => ({ ...tried, used: tried.address === used })),
    port,
    clock: secure ? undefined : await clockAt(used, port, signal),
    seenAs: answer.seenAs,
  }
}

const UNREACHED: Record<Exclude<Outcome, "open">, string> = {
  refused: "that computer is there, but no program listens on that port",
  timed_out: "the computer is off, or a firewall drops what is sent",
  unreachable: "there is no way to it from here",
  failed: "no connection can be made",
}

const unreached = (tries: readonly Try[], where: string): string =>
  `No hub answers at ${where}: ${UNREACHED[telling(tries).outcome as keyof typeof UNREACHED]}. \`landline check\` tells more.`

/** Over TCP, since a reply that is lost tells nothing of a clock. Undefined where the hub does not answer probes. */
async function clockAt(host: string, port: number, signal: AbortSignal): Promise<Greeting["clock"]> {
  try {
    const run = await measure({
      host,
      port,
      transport: "tcp",
      closed: true,
      intervalMs: 0,
      count: PROBES,
      bytes: PROBE_HEAD_BYTES,
      lateMs: LATE_MS,
      signal,
    })
    return clockOffset(run)
  } catch (error) {
    if (error instanceof LandlineError) return undefined
    throw error
  }
}

const OUTCOMES: Record<Outcome, (ms: string) => string> = {
  open: (ms) => `answers in ${ms}`,
  refused: (ms) => `refused after ${ms}`,
  timed_out: (ms) => `no answer in ${ms}`,
  unreachable: () => "no way there",
  failed: () => "no connection",
}

export function greetingLines({ hub, addresses, port, clock, seenAs }: Greeting): string[] {
  return table([
    ["hub", `${printableLine(hub.name)} (Landline ${printableLine(hub.version)})`],
    ...addresses.map(({ address, outcome, ms, used }, index) => [
      index === 0 ? "address" : "",
      `${place(address, port)}: ${OUTCOMES[outcome](time(ms))}${used && addresses.length > 1 ? "; this one is used" : ""}`,
    ]),
    ["clock", clock ? clockWords(clock) : "not measured"],
    ["you", `${printableLine(seenAs)}, as the hub sees this computer`],
  ])
}

const TOLD_MS = 0.1 // what is shown of a clock; two programs of one computer read it no more alike

/** `0.4 ms ahead of this computer's, give or take 0.2 ms` */
function clockWords({ offsetMs, boundMs }: { offsetMs: number; boundMs: number }): string {
  const bound = Math.max(boundMs, TOLD_MS)
  const give = `give or take ${time(bound)}`
  if (Math.abs(offsetMs) <= bound) return `the same as this computer's, ${give}`
  return `${time(Math.abs(offsetMs))} ${offsetMs > 0 ? "ahead of" : "behind"} this computer's, ${give}`
}
