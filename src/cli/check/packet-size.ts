import { readFileSync } from "node:fs"
import { fail, type Judged, pass, unknown, warn } from "../../client/check/row.ts"
import { list } from "../../client/check/words.ts"
import { probe } from "./probes.ts"
import type { Step } from "./row.ts"
import { udpWorks } from "./udp.ts"

export interface PacketFacts {
  /** Datagrams of so many bytes, without headers, and how many came back whole. */
  readonly sizes: readonly { readonly bytes: number; readonly sent: number; readonly received: number }[]
  /** Bytes that our own interface sends in one packet, headers included. */
  readonly interfaceBytes?: number
  /** Bytes that go in one packet all the way, where that can be known. */
  readonly pathBytes?: number
}

// What any line carries (RFC 8200 section 5); what Ethernet carries whole, 1,500 less the headers of IPv6 and UDP; and
// what it carries in pieces.
const SMALL = 1_200
const WHOLE = 1_452
const PIECES = 8_000
const SIZES = [SMALL, WHOLE, PIECES]
const PROBES = 10
const INTERVAL_MS = 20
const LATE_MS = 1_000

/** How large may a packet be? */
export const packetStep: Step<"mtu"> = {
  title: "packet size",
  doing: "sending larger packets",
  needs: ["udp"],
  async run(checking) {
    const { rows } = checking
    const { used, from } = rows.connect!.facts!
    const mtu = from?.interface === undefined ? undefined : mtuOf(from.interface)
    const known = {
      ...(mtu !== undefined && { interfaceBytes: mtu }),
      // Within one computer the interface is the whole way.
      ...(mtu !== undefined && from?.address === used && { pathBytes: mtu }),
    }
    if (!udpWorks(rows.udp?.facts)) return { sizes: [], ...known }
    const quiet = { ...checking, progress() {} } // three at once, and soon over
    const sizes = await Promise.all(
      SIZES.map(async (bytes) => {
        const { counts } = await probe(quiet, {
          transport: "udp",
          intervalMs: INTERVAL_MS,
          count: PROBES,
          bytes,
          lateMs: LATE_MS,
        })
        return { bytes, sent: counts.sent, received: counts.received }
      }),
    )
    return { sizes, ...known }
  },
  judge({ sizes, interfaceBytes, pathBytes }): Judged {
    const own = interfaceBytes
      ? `this computer sends up to ${interfaceBytes.toLocaleString("en")} bytes at once`
      : undefined
    if (sizes.length === 0)
      return unknown(own ? `Not known for the whole way without UDP; ${own}.` : "Not known without UDP.")
    const lost = sizes.filter(({ received }) => received === 0).map(({ bytes }) => bytes)
    const words = list(lost.map((bytes) => bytes.toLocaleString("en")))
    if (lost.some((bytes) => bytes <= WHOLE))
      return fail(`Packets of ${words} bytes never arrive, while small ones do.`)
    if (lost.length > 0)
      return warn(
        `Packets of ${words} bytes, which travel in pieces, never arrive; those of ordinary size do.`,
      )
    if (pathBytes)
      return pass(`Up to ${pathBytes.toLocaleString("en")} bytes go in one packet, all the way to the hub.`)
    const limit = own ? `; ${own}, and the smallest limit on the way is not known` : ""
    return pass(`Packets of ordinary size (1,500 bytes) arrive whole, larger ones in pieces${limit}.`)
  },
}

/** Only Linux tells it in a file; elsewhere it is not known. */
function mtuOf(name: string): number | undefined {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/mtu`, "utf8")) || undefined
  } catch {
    return undefined
  }
}
