import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import { fail, type Judged, pass, warn } from "../../client/check/row.ts"
import { list, time } from "../../client/check/words.ts"
import { within } from "./bounded.ts"
import type { Step } from "./row.ts"

export interface ResolveFacts {
  /** In the order in which they are tried. */
  readonly addresses: readonly string[]
  /** It was written as an address: there is nothing to look up. */
  readonly literal: boolean
  readonly ms: number
  /** Why there is none: `ENOTFOUND`, `EAI_AGAIN`, or `timed_out`. */
  readonly code?: string
}

const LOOKUP_MS = 10_000 // what most systems allow two questions to two name servers
const SLOW_MS = 1_000 // every program on this computer then waits so long before it even begins

/** Which addresses belong to the hub's name? */
export const resolveStep: Step<"resolve"> = {
  title: "name",
  doing: "looking up the hub's name",
  needs: ["interface"],
  run: ({ target, signal }) => resolve(target.host, signal),
  judge({ addresses, literal, ms, code }, { target: { host } }): Judged {
    if (literal) return pass(`${host} is an address already: there is no name to look up.`)
    if (addresses.length === 0)
      return code === "ENOTFOUND"
        ? fail(`No address belongs to the name ${host}.`)
        : fail(`The address of ${host} could not be looked up: the name service does not answer.`)
    const found = `${host} is ${list(addresses)}`
    if (ms > SLOW_MS) return warn(`${found}, but it took ${time(ms)} to look that up.`)
    return pass(`${found}.`)
  },
}

/** All addresses of a host, v4 and v6. */
export async function resolve(host: string, signal: AbortSignal): Promise<ResolveFacts> {
  if (isIP(host)) return { addresses: [host], literal: true, ms: 0 }
  const began = performance.now()
  const facts = (addresses: string[], code?: string) => ({
    addresses,
    literal: false,
    ms: performance.now() - began,
    ...(code && { code }),
  })
  try {
    const found = await within(lookup(host, { all: true, order: "verbatim" }), LOOKUP_MS, signal)
    if (!found) return facts([], "timed_out")
    return facts([...new Set(found.map(({ address }) => address))])
  } catch (error) {
    return facts([], (error as NodeJS.ErrnoException).code ?? "unknown")
  }
}
