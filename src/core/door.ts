import { LandlineError } from "../protocol/errors.ts"

/** The parts of a request that tell where it comes from. */
export interface DoorHeaders {
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly "sec-fetch-site"?: string | string[] | undefined
  readonly "sec-fetch-mode"?: string | string[] | undefined
}

const IP_LITERAL = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/
const LOCAL_NAME = /^(localhost|[a-z0-9-]+\.localhost)$/

/**
 * Lets a request in, or refuses a page that comes from elsewhere: every HTTP and WebSocket door passes here.
 *
 * - Host must be an address, `localhost`, or a name that the hub goes by: a name of an attacker that was bound
 *   to our address (DNS rebinding) is none of these.
 * - Origin, which browsers send with everything that can change something and with each WebSocket, must be the
 *   hub's own page. Programs that are no browser send none.
 * - Sec-Fetch-Site (Fetch Metadata, W3C) refuses reads by pages from elsewhere that carry no Origin; following a
 *   link to the hub is allowed.
 *
 * @param names names of the hub, lower case, without port
 * @throws LandlineError elsewhere
 */
export function checkDoor(headers: DoorHeaders, names: ReadonlySet<string>): void {
  const { host = "", origin, "sec-fetch-site": site, "sec-fetch-mode": mode } = headers
  const name = host.toLowerCase().replace(/:\d+$/, "")
  if (!IP_LITERAL.test(name) && !LOCAL_NAME.test(name) && !names.has(name))
    throw new LandlineError(
      "elsewhere",
      { host: host.slice(0, 100) },
      "The hub does not go by that name. Use its address, or start it with --host NAME.",
    )
  if (
    origin !== undefined &&
    origin.toLowerCase() !== `http://${host.toLowerCase()}` &&
    origin.toLowerCase() !== `https://${host.toLowerCase()}`
  )
    throw new LandlineError("elsewhere", { origin: origin.slice(0, 100) })
  if (site === "cross-site" && mode !== "navigate") throw new LandlineError("elsewhere", { site })
}
