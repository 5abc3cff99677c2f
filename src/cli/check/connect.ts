import { connect, type Socket } from "node:net"
import { fail, type Judged, pass, warn } from "../../client/check/row.ts"
import { list, time } from "../../client/check/words.ts"
import { interfaceOf } from "./own-interface.ts"
import type { Step } from "./row.ts"
import { place, type Target } from "./target.ts"

export type Outcome = "open" | "refused" | "timed_out" | "unreachable" | "failed"

/** How one address took a connection. */
export interface Try {
  readonly address: string
  readonly outcome: Outcome
  /** Until it was decided. */
  readonly ms: number
  /** The system's own word, where it was not opened. */
  readonly code?: string
}

export interface ConnectFacts {
  readonly port: number
  readonly tries: readonly Try[]
  /** The first that is open: all that follows goes there. */
  readonly used?: string
  /** Our own end of it. */
  readonly from?: { readonly address: string; readonly interface?: string }
}

const CONNECT_MS = 5_000 // a computer on the other side of the world takes 0.3 s, and lost packets are sent again
const ADDRESSES_MAX = 8

const OUTCOMES: Record<string, Outcome> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "timed_out",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable", // no address of that kind (IPv6, mostly) of our own
  EHOSTDOWN: "unreachable",
}

/** Does anything take connections there? */
export const connectStep: Step<"connect"> = {
  title: "connection",
  doing: "connecting",
  needs: ["resolve"],
  run: ({ target, rows, signal }) => connectAll(target, rows.resolve!.facts!.addresses, signal),
  judge: judgeConnect,
}

/** @param addresses are tried at the same time, but the first of those that are open is used */
export async function connectAll(
  { port }: Pick<Target, "port">,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<ConnectFacts> {
  const tried = await Promise.all(
    addresses.slice(0, ADDRESSES_MAX).map((address) => tryAddress(address, port, signal)),
  )
  const tries = tried.map(({ from: _, ...rest }) => rest)
  const used = tried.find(({ outcome }) => outcome === "open")
  if (!used) return { port, tries }
  const through = used.from && interfaceOf(used.from)
  return {
    port,
    tries,
    used: used.address,
    ...(used.from && { from: { address: used.from, ...(through && { interface: through }) } }),
  }
}

function tryAddress(address: string, port: number, signal: AbortSignal): Promise<Try & { from?: string }> {
  const began = performance.now()
  return new Promise((resolve) => {
    let socket: Socket
    const done = (outcome: Outcome, more: { code?: string; from?: string } = {}) => {
      clearTimeout(timer)
      resolve({ address, outcome, ms: performance.now() - began, ...more })
      socket.destroy()
    }
    const timer = setTimeout(() => done("timed_out"), CONNECT_MS)
    socket = connect({ host: address, port, signal })
    socket.once("connect", () => {
      const { localAddress: from } = socket
      done("open", from === undefined ? {} : { from })
    })
    socket.on("error", ({ code = "unknown" }: NodeJS.ErrnoException) =>
      done(OUTCOMES[code] ?? "failed", { code }),
    )
  })
}

const SAY: Record<Exclude<Outcome, "open">, (where: string) => string> = {
  refused: (where) => `The computer at ${where} answers, but no program listens on that port.`,
  timed_out: (where) => `Nothing answers at ${where}: the computer is off, or a firewall drops what is sent.`,
  unreachable: (where) => `There is no way from this computer to ${where}.`,
  failed: (where) => `No connection to ${where} can be made.`,
}

function judgeConnect({ tries, used, port, from }: ConnectFacts): Judged {
  if (used === undefined) {
    const { address, outcome } = telling(tries)
    const others = tries.length > 1 ? ` So it is with all ${tries.length} of its addresses.` : ""
    const alike = tries.every((other) => other.outcome === outcome)
    return fail(SAY[outcome as keyof typeof SAY](place(address, port)) + (alike ? others : ""))
  }
  const { ms } = tries.find(({ address }) => address === used)!
  const way = from?.interface ? ` through ${from.interface}` : ""
  const open = `A connection to ${place(used, port)}${way} opens in ${time(ms)}.`
  // A refusal costs nothing: the next address is tried at once. Silence costs every program its patience.
  const silent = tries.filter(({ outcome }) => outcome === "timed_out").map(({ address }) => address)
  return silent.length === 0
    ? pass(open)
    : warn(`${open} ${list(silent)} ${silent.length === 1 ? "does" : "do"} not answer.`)
}

/** Of several failures, the one that tells most: somebody answered, before nobody did. */
export function telling(tries: readonly Try[]): Try {
  const order: Outcome[] = ["refused", "failed", "timed_out", "unreachable"]
  return [...tries].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))[0]!
}
