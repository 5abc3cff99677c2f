import { dayKey } from "../ui/format.ts"
import type { Item } from "./room-log.ts"

const GROUP_MS = 5 * 60_000

/** Whether a day begins with this item. */
export function beginsDay(item: Item, before: Item | undefined): boolean {
  if (item.kind === "gap") return false
  return before === undefined || before.kind === "gap" || dayKey(before.time) !== dayKey(item.time)
}

/** Whether name and time stand above this item: a new author, or the same after a while. */
export function beginsGroup(item: Item, before: Item | undefined): boolean {
  if (item.kind === "gap" || before === undefined) return true
  if (!isSaid(item) || !isSaid(before) || beginsDay(item, before)) return true
  return item.author !== before.author || item.time - before.time > GROUP_MS
}

const isSaid = (item: Item): item is Extract<Item, { author: string }> =>
  item.kind === "text" || item.kind === "file"
