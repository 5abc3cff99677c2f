import { isIP } from "node:net"
import { sessionUrl } from "../../client/address.ts"
import { LandlineError } from "../../protocol/errors.ts"

/** The hub that is checked, as it was named. */
export interface Target {
  /** As the person wrote it. */
  readonly hub: string
  /** Name or address, without brackets. */
  readonly host: string
  readonly port: number
  /** Behind TLS: https. */
  readonly secure: boolean
  /** Where its HTTP doors are; ends with `/`. */
  readonly base: URL
  /** Whether it is on this computer, by its name. */
  readonly local: boolean
}

/** @throws LandlineError usage */
export function targetOf(hub: string): Target {
  const base = new URL(".", sessionUrl(hub))
  const secure = base.protocol === "wss:"
  base.protocol = secure ? "https:" : "http:"
  const host = base.hostname.replace(/^\[|\]$/g, "")
  const port = base.port === "" ? (secure ? 443 : 80) : Number(base.port)
  if (port === 0)
    throw new LandlineError("usage", { hub }, `"${hub}" has port 0, on which nothing can listen.`)
  const local = host === "localhost" || host.endsWith(".localhost") || /^127\./.test(host) || host === "::1"
  return { hub, host, port, secure, base, local }
}

/** `host:port`, as it is written. */
export const place = (host: string, port: number): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`

/** The path below which its doors are, where it was named with one; else empty. */
export const pathOf = ({ base }: Target): string => base.pathname.slice(0, -1)

/** The hub under one of its addresses, so that all that is measured goes the same way. Behind TLS its name is needed. */
export function baseAt({ base, secure }: Target, address: string): URL {
  const url = new URL(base)
  // A zone, as in fe80::1%eth0, has no place in a URL.
  if (!secure && !address.includes("%")) url.hostname = isIP(address) === 6 ? `[${address}]` : address
  return url
}
