import { textOf } from "../../core/wire-entry.ts"
import type { EntryKind } from "../../protocol/entry.ts"
import { type FeedInfo, isJson, isText } from "../../protocol/feeds.ts"
import { printable, printableLine } from "../../protocol/text.ts"
import { disposition, presented } from "./dispositions.ts"
import { formats, type PageFormat } from "./formats.ts"

/** How messages of a feed of that type are read as text, one on a line; undefined for what is no text. */
export function messageLines(type: string): PageFormat | undefined {
  if (!isText(type)) return undefined
  // JSON is on one line already, and no sign of it may change; of text, line ends and what moves a cursor are shown.
  const shown = isJson(type)
    ? (text: string) => text
    : (text: string) => printable(text).replaceAll("\n", "\\n")
  return {
    ...formats.text,
    entries: (entries) => entries.map((entry) => `${shown(textOf(entry))}\n`).join(""),
  }
}

/** Headers with which a browser takes a message for data, whatever it holds: it runs nothing of it. */
export function messageHeaders({ feed, type }: FeedInfo, kind: EntryKind): Record<string, string> {
  const name = feed.slice(feed.lastIndexOf("/") + 1)
  if (isJson(type))
    return {
      ...presented({ name, type: "application/json" }, false),
      "Content-Disposition": disposition("inline", name),
    }
  return presented({ name, type: kind === "bytes" ? inertType(type) : "text/plain; charset=utf-8" }, false)
}

/** Of bytes. A page is kept from running by `presented`; a script, which another page may ask for, by its type. */
const inertType = (type: string): string =>
  isText(type) || /script|wasm/i.test(type) ? "application/octet-stream" : type

/** A line of the list: name, messages, content type, time of the newest, title. */
export function feedLine({ feed, count, type, time, title }: FeedInfo): string {
  const last = time === 0 ? "" : new Date(time).toISOString()
  return `${[feed, count, type, last, printableLine(title)].join("\t")}\n`
}
