import type { Found } from "../../client/check/verdict.ts"
import type { Answer } from "./answer.ts"
import { type ConnectFacts, type Outcome, telling } from "./connect.ts"
import type { Rows } from "./row.ts"
import { pathOf, place, type Target } from "./target.ts"

/** Looks whether the rows show this fault. */
type Fault = (rows: Rows, target: Target) => Found | undefined

const noNetwork: Fault = ({ interface: row }) =>
  row?.state === "fail"
    ? {
        say: "This computer is not connected to any network.",
        evidence: ["interface"],
        next: "Plug in the network cable or switch on Wi-Fi, then check again.",
        sure: "certain",
        because: "the system itself says so.",
      }
    : undefined

const noAddress: Fault = ({ resolve: row }, { host }) => {
  if (row?.state !== "fail") return undefined
  const said = row.facts?.code === "ENOTFOUND"
  return {
    say: said
      ? `There is no computer of the name ${host}, as far as the name service knows.`
      : `The name ${host} could not be looked up, because the name service does not answer.`,
    evidence: ["resolve"],
    next: "See whether the name is spelt right, and ask whoever runs the hub for its address in numbers, such as 192.168.1.20: that works without a name.",
    sure: said ? "certain" : "likely",
    because: said
      ? "the name service answered, and knows no such name."
      : "it may also be the way to the name service that is broken.",
  }
}

const REACH: Record<Exclude<Outcome, "open">, (where: string, target: Target) => Omit<Found, "evidence">> = {
  refused: (where, { port, local }) => ({
    say: `The computer is there, but no hub is running at ${where}.`,
    next: `${local ? "Start the hub with `landline serve`" : "Ask whoever runs the hub to start it (`landline serve --lan`)"}, or see whether ${port} is the right port: the hub prints its address when it starts.`,
    sure: "certain",
    because: "that computer itself answered that nothing listens on this port.",
  }),
  timed_out: (where) => ({
    say: `Nothing at all answers at ${where}.`,
    next: "See whether that computer is switched on, in the same network, and has this address; then, whether a firewall on it lets this port in.",
    sure: "likely",
    because:
      "silence looks the same from here, whether the computer is off or a firewall drops what is sent.",
  }),
  unreachable: (where) => ({
    say: `This computer knows no way to ${where}.`,
    next: "See whether this computer is in the right network (Wi-Fi name, cable, VPN), and whether the address is spelt right.",
    sure: "likely",
    because: "the system, or a router on the way, said that there is none.",
  }),
  failed: (where) => ({
    say: `No connection can be made to ${where}.`,
    next: "See whether a security program on this computer forbids connections, then check again.",
    sure: "possible",
    because: "the system gave a reason that is seldom seen.",
  }),
}

const noConnection: Fault = ({ connect: row }, target) => {
  if (row?.state !== "fail") return undefined
  const { tries } = row.facts as ConnectFacts
  const { outcome } = telling(tries)
  return {
    ...REACH[outcome as keyof typeof REACH](place(target.host, target.port), target),
    evidence: ["connect"],
  }
}

const RIGHT_PORT =
  "See whether the port is right: the hub prints its address when it starts (7300 where nothing else was said)."

const noHubThere: Fault = ({ hello: row }, target) => {
  const answer = row?.facts?.answer
  if (row?.state !== "fail" || !answer || answer.is === "hub") return undefined
  return { ...foundAt(answer, target), evidence: ["connect", "hello"] }
}

function foundAt(answer: Exclude<Answer, { is: "hub" }>, target: Target): Omit<Found, "evidence"> {
  const at = place(target.host, target.port)
  const other = { next: RIGHT_PORT, sure: "certain", because: "it answered, and not as a hub does." } as const
  switch (answer.is) {
    case "refusal":
      return {
        say: "The hub is there, but does not let this program in.",
        next: answer.said,
        sure: "certain",
        because: "the hub itself said so.",
      }
    case "http":
      if (pathOf(target) === "")
        return { ...other, say: `A web server that is no Landline hub listens at ${at}.` }
      return {
        ...other,
        say: `A web server listens at ${at}, but there is no Landline hub at ${pathOf(target)}.`,
        next: `If no one told you of ${pathOf(target)}, leave it out: --hub ${target.base.origin}. ${RIGHT_PORT}`,
      }
    case "tls":
      return {
        say: `What listens at ${at} speaks only encrypted (https).`,
        next: `If the hub is behind a server for https, name it so: --hub https://${at}. ${RIGHT_PORT}`,
        sure: "certain",
        because: "it answered in the way of such servers.",
      }
    case "text":
    case "bytes":
      return { ...other, say: `Another program than a hub listens at ${at}.` }
    case "closed":
      if (target.secure)
        return {
          say: `What listens at ${at} does not speak encrypted (https), or not with a certificate that this computer trusts.`,
          next: `Try it without https: --hub ${at}. ${RIGHT_PORT}`,
          sure: "likely",
          because: "the connection was opened, but nothing could be said over it.",
        }
      return {
        say: `Something listens at ${at}, but closes the connection without an answer.`,
        next: RIGHT_PORT,
        sure: "likely",
        because: "a hub always answers; but a firewall or proxy in between may close connections to one.",
      }
    case "silence":
      return {
        say: `Something listens at ${at}, but says nothing.`,
        next: `${RIGHT_PORT} If it is, the hub hangs: ask whoever runs it to start it anew.`,
        sure: "likely",
        because: "it may be another program, or a hub that hangs: both are silent.",
      }
  }
}

/** Faults because of which there is nothing to measure, the nearest first. */
export const reachFaults: readonly Fault[] = [noNetwork, noAddress, noConnection, noHubThere]
