import { useSyncExternalStore } from "react"

/** A place in the app: `#/rooms/lobby?at=12` is screen `rooms`, path `lobby`, at 12. The hub's paths are for its API. */
export interface Route {
  readonly screen: string
  /** What follows the screen, decoded; `""` for none. A feed's name has slashes of its own. */
  readonly path: string
  readonly query: URLSearchParams
}

let cached: { hash: string; route: Route } | undefined

export function currentRoute(): Route {
  const { hash } = location
  if (cached?.hash !== hash) cached = { hash, route: parseRoute(hash) }
  return cached.route
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2)
  const [screen = "", ...rest] = path.split("/")
  return { screen, path: rest.map(decode).join("/"), query: new URLSearchParams(query) }
}

/** The address of a place. */
export function to(screen: string, path = "", query: Record<string, string | number> = {}): string {
  const words = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]),
  ).toString()
  const place = path === "" ? "" : `/${path.split("/").map(encodeURIComponent).join("/")}`
  return `#/${screen}${place}${words && `?${words}`}`
}

export function go(hash: string): void {
  location.hash = hash
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute)
}

function subscribe(changed: () => void): () => void {
  addEventListener("hashchange", changed)
  return () => removeEventListener("hashchange", changed)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
