/** What chat says in its own name. */
import type { GapEvent, PresenceEvent } from "../../client/main.ts"
import { printableLine } from "../../protocol/text.ts"

export const down = "-- the line is down; what you write is kept and sent later --"
export const back = "-- back --"
export const reset = "-- the room was wiped, restored or replaced: what follows is its new log --"

export const notSent = (why: string): string => `-- not sent: ${why} --`

export function gap({ from, to }: GapEvent): string {
  return from === to
    ? `-- entry ${from} is no longer kept --`
    : `-- entries ${from} to ${to} are no longer kept --`
}

/** Undefined where nobody but `self` came or went. */
export function presence({ joined, left, present }: PresenceEvent, self: string): string | undefined {
  if (joined === undefined && left === undefined) return `-- many came or went; ${present} are here now --`
  const others = (names: readonly string[] = []) => names.filter((name) => name !== self).map(printableLine)
  const said = [
    { names: others(joined), verb: "came" },
    { names: others(left), verb: "left" },
  ]
    .filter(({ names }) => names.length > 0)
    .map(({ names, verb }) => `${names.join(", ")} ${verb}`)
  return said.length > 0 ? `-- ${said.join("; ")} --` : undefined
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
})

export const day = (time: number): string => `-- ${DAY.format(time)} --`
