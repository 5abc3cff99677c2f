import { LOBBY } from "../../../src/protocol/names.ts"
import { currentRoute, type Route } from "../app/route.ts"

/** The room that files go to which are dropped or pasted here: the one on the screen, else the lobby. */
export function targetRoom({ screen, path, query }: Route = currentRoute()): string {
  const room = screen === "rooms" ? path : screen === "files" ? query.get("room") : undefined
  return room || LOBBY
}
