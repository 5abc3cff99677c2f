import { type IdleFacts, isSlow, loses, lossWay } from "./idle.ts"
import type { JudgedRows, StepName } from "./row.ts"
import type { Found } from "./verdict.ts"
import { outOf, time } from "./words.ts"

/** Looks whether the rows show this fault. */
type Fault = (rows: JudgedRows) => Found | undefined

/** Those of the steps whose rows are bad, to be shown as evidence. */
const bad = (rows: JudgedRows, ...steps: StepName[]): StepName[] =>
  steps.filter((step) => rows[step]?.state === "fail" || rows[step]?.state === "warn")

const CABLE =
  "On Wi-Fi, go nearer to the access point, or use a cable. On a cable, try another cable and another socket. Check again after each change: what made it better was the cause."

/** The hub was there, and then was not. */
const broke: Fault = (rows) => {
  const step = (["idle", "mtu", "download", "upload", "sum"] as const).find(
    (name) => rows[name]?.state === "fail" && rows[name].facts === undefined,
  )
  if (!step) return undefined
  return {
    say: "The line broke while it was checked: at first the hub answered, then no more.",
    evidence: ["hello", step],
    next: "See whether it breaks again. If so, look at cable and Wi-Fi, and ask whether the hub was stopped.",
    sure: "likely",
    because: "a line that breaks and a hub that stops look the same from here.",
  }
}

const changes: Fault = (rows) => {
  const [packets, messages] = [rows.idle?.facts?.damaged ?? 0, damagedMessages(rows)]
  if (packets + messages === 0) return undefined
  return {
    say: "The line changes data on its way: what arrives is not what was sent.",
    evidence: bad(rows, "idle", "sum"),
    next: "Switch off what reads or changes traffic (a proxy, a VPN, a virus scanner). If it stays, exchange cable, network card or switch, one after the other.",
    sure: packets > 0 && messages > 0 ? "certain" : "likely",
    because: "each packet and each message bears a checksum that was made before it was sent.",
  }
}

const damagedMessages = ({ sum }: JudgedRows): number =>
  sum?.facts ? sum.facts.damagedUp + sum.facts.damagedDown : 0

/** No bit that was seen to be flipped, but an exchange that went otherwise than it can. */
const misunderstood: Fault = (rows) =>
  rows.sum?.state === "fail"
    ? {
        say: "The hub and this computer do not understand each other: one of them, or the line, does not do as it should.",
        evidence: ["sum"],
        next: "See whether both run the same version of Landline (`landline hello` shows that of the hub). If they do, switch off what reads or changes traffic: a proxy, a VPN, a virus scanner.",
        sure: "possible",
        because: "a hub of another version and a line that changes data look alike here.",
      }
    : undefined

const nothingBack: Fault = ({ idle }) => {
  const facts = idle?.facts
  if (!facts || facts.lost < facts.samples) return undefined
  return {
    say: "The hub lets us in, but no test packet comes back.",
    evidence: ["hello", "idle"],
    next: "Check again in a minute. If it stays so, something on the way lets only web traffic through: ask whoever runs the network.",
    sure: "likely",
    because: "the hub answered over the same address a moment before.",
  }
}

const WAYS = { up: " on the way to the hub", down: " on the way back to you", both: ", in both directions" }
/** With fewer lost, chance alone may have made the share. */
const LOST_SURE = 10

const lossy: Fault = (rows) => {
  const facts = rows.idle?.facts
  if (rows.idle?.state !== "fail" || !facts || !loses(facts)) return undefined
  const way = lossWay(facts)
  const many = facts.lost >= LOST_SURE
  return {
    say: `The line loses about ${outOf(facts.lost, facts.samples)} packets${way ? WAYS[way] : ""}.`,
    evidence: bad(rows, "idle", "download", "upload"),
    next: CABLE,
    sure: many && way ? "certain" : "likely",
    because: `${facts.lost} of ${facts.samples} test packets were lost${way ? ", and the hub's count says where" : ""}.`,
  }
}

const far: Fault = (rows) => {
  const facts = rows.idle?.facts
  if (rows.idle?.state !== "fail" || !facts || !isSlow(facts)) return undefined
  const { p50Ms = 0, minMs = 0 } = facts as IdleFacts
  const steady = minMs >= p50Ms / 2
  return {
    say: steady
      ? `The way to the hub is long or slow: every answer takes about ${time(p50Ms)}, where 1 to 20 ms are usual in one building.`
      : `Answers mostly take ${time(p50Ms)}, though ${time(minMs)} would do: something on the way keeps them waiting.`,
    evidence: bad(rows, "idle", "download", "upload"),
    next: steady
      ? "If the hub is far away, or the way leads over a satellite or a mobile network, that is how it is. Else switch off a VPN, and ask whoever runs the network which way the packets take."
      : `Find out who uses the line at the moment (downloads, backups, films), and check again when it is quiet. ${CABLE}`,
    sure: steady ? "certain" : "likely",
    because: steady
      ? "even the fastest answer took so long, so it is the way itself and no passing crowd."
      : "the fastest answers show what the line can do when it is free.",
  }
}

const slow: Fault = (rows) => {
  const [down, up] = [rows.download?.state === "fail", rows.upload?.state === "fail"]
  if (!down && !up) return undefined
  const evidence = [...(down ? ["download" as const] : []), ...(up ? ["upload" as const] : [])]
  if (down && up)
    return {
      say: "Data moves very slowly in both directions.",
      evidence,
      next: `See whether somebody else fills the line, and check again when it is quiet. ${CABLE}`,
      sure: "likely",
      because: "both directions were measured, and both are slow.",
    }
  return {
    say: down
      ? "Data from the hub comes very slowly, while the other direction is fine."
      : "Data to the hub goes very slowly, while the other direction is fine: something takes it too slowly.",
    evidence: [...evidence, down ? "upload" : "download"],
    next: down
      ? "See whether somebody on your side downloads much, or a limit is set for this computer. Then ask whoever runs the hub how busy it is, and what its own line can send."
      : "Ask whoever runs the hub whether it is overloaded; then look at what stands in between (a proxy, a VPN, a limit for uploads).",
    sure: "likely",
    because: "one direction alone is slow, so it is not the line as a whole.",
  }
}

const queues: Fault = (rows) =>
  rows.load?.state === "fail"
    ? {
        say: "The line is quick until it is used: then everything has to wait in a long queue.",
        evidence: ["idle", "load"],
        next: "Have large transfers run at night, or limit their speed. A router with queue management (it may be called SQM, fq_codel or CAKE) cures it.",
        sure: "likely",
        because: "the same packets were timed on the empty line and on the full one.",
      }
    : undefined

const narrow: Fault = ({ mtu }) =>
  mtu?.state === "fail"
    ? {
        say: "Large packets do not get through, so pages and files may hang though small messages pass.",
        evidence: ["udp", "mtu"],
        next: "Set the MTU (the largest packet) of this computer or its router to 1,400 or less; a VPN or a DSL line is a common cause.",
        sure: "likely",
        because: "small packets came back over the same way, large ones never did.",
      }
    : undefined

/** Faults of a line that leads to the hub: first what would explain those after it. */
export const measuredFaults: readonly Fault[] = [
  broke,
  changes,
  nothingBack,
  lossy,
  far,
  slow,
  queues,
  narrow,
  misunderstood,
]
