import type { PresenceEvent } from "../../../src/client/main.ts"

/**
 * Who is in a room after some came and went.
 * @returns undefined where the hub told a number and not the names, or what is known does not match: ask again
 */
export function afterPresence(
  people: readonly string[],
  { joined = [], left = [], present }: Omit<PresenceEvent, "type">,
): readonly string[] | undefined {
  const now = new Set(people)
  for (const name of left) now.delete(name)
  for (const name of joined) now.add(name)
  return now.size === present ? [...now].sort() : undefined
}
