import { isIPv6 } from "node:net"
import { networkInterfaces } from "node:os"
import type { Settings } from "./settings.ts"

/** Without the name of a link, which differs from machine to machine, such an address leads nowhere. */
const LINK_LOCAL = /^fe[89ab]/i

/** By what a hub is reached, this machine's own name for itself first, where that is among it. */
export function hostsOf({ lan, host }: Pick<Settings, "lan" | "host">): string[] {
  const bare = host.replace(/^\[|\]$/g, "")
  if (!lan && ["127.0.0.1", "::1", "localhost"].includes(bare)) return ["localhost"]
  if (!lan && !["0.0.0.0", "::"].includes(bare)) return [bare]
  const network = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address))
    .sort((one, other) => one.family.localeCompare(other.family)) // IPv4 first: it is the one that people type
  return ["localhost", ...network.map(({ address }) => address)]
}

/** A host as it stands before a port. */
export const inAddress = (host: string): string => (isIPv6(host) ? `[${host}]` : host)
