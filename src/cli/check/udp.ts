import { type Judged, pass, unknown, warn } from "../../client/check/row.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { probe } from "./probes.ts"
import type { Step } from "./row.ts"

export interface UdpFacts {
  /** Probes that were sent, and replies that came; 0 of both where it cannot be tried. */
  readonly sent: number
  readonly received: number
}

const PROBES = 20
const INTERVAL_MS = 20
const LATE_MS = 1_500

/** Do datagrams get to the hub and back? */
export const udpStep: Step<"udp"> = {
  title: "UDP both ways",
  doing: "sending test packets",
  needs: ["hello"],
  async run(checking) {
    if (checking.target.secure) return { sent: 0, received: 0 }
    try {
      const { counts } = await probe(checking, {
        transport: "udp",
        intervalMs: INTERVAL_MS,
        count: PROBES,
        lateMs: LATE_MS,
      })
      return { sent: counts.sent, received: counts.received }
    } catch (error) {
      // The hub answered over TCP a moment ago, so this is about UDP alone.
      if (error instanceof LandlineError && error.code === "no_hub") return { sent: PROBES, received: 0 }
      throw error
    }
  },
  judge({ sent, received }): Judged {
    if (sent === 0)
      return unknown("This hub is reached through https, where UDP test packets have no way to it.")
    if (received === 0)
      return warn(
        "UDP is blocked: no test packet came back, though the hub answers. Landline works without; calls and games may not.",
      )
    return pass("Small test packets (UDP, as calls and games use) reach the hub and come back.")
  },
}

/** Whether probes can go over UDP. */
export const udpWorks = (facts: UdpFacts | undefined): boolean => (facts?.received ?? 0) > 0
