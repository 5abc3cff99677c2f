import { LandlineError } from "../protocol/errors.ts"
import { SESSION_PATH } from "../protocol/session.ts"

const DEFAULT_PORT = 7300
const SCHEMES: Record<string, string> = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" }

/**
 * The address of a hub's session door.
 * @param hub `host`, `host:port` or `[::1]:port` (port 7300 where none is given), or a URL with http, https, ws or
 *   wss, which means exactly what it says: its own default port, and a path where the hub is behind a proxy.
 * @throws LandlineError usage
 */
export function sessionUrl(hub: string): string {
  const text = hub.trim()
  const isUrl = /^[a-z]+:\/\//i.test(text)
  const url = URL.parse(isUrl ? text : `ws://${text}`)
  const scheme = url && SCHEMES[url.protocol]
  if (!scheme || url.hostname === "" || url.username !== "" || (!isUrl && /[/?#]/.test(text)))
    throw new LandlineError(
      "usage",
      { hub },
      `"${hub}" is not the address of a hub. Write it as host, host:port, [::1]:port or http://host:port.`,
    )
  // A URL drops the port 80 that somebody wrote, so what was written is asked, not the URL.
  if (!isUrl && !/:\d+$/.test(text.replace(/^\[.*\]/, ""))) url.port = String(DEFAULT_PORT)
  url.protocol = scheme
  url.pathname = url.pathname.replace(/\/*$/, "") + SESSION_PATH
  url.search = url.hash = ""
  return url.href
}
