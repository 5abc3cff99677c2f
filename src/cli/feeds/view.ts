import type { BlockReport, Entry, EntryEvent, LandlineError } from "../../client/main.ts"
import { printable } from "../../protocol/text.ts"
import { amount } from "../files/amounts.ts"
import { clockTime, plainEntry, print, printJson } from "../output.ts"
import { displayWidth } from "../width.ts"
import type { Followed } from "./followed.ts"

/** What happens to a topic besides its entries. */
export type Happening =
  | { readonly block: BlockReport }
  | { readonly gap: { readonly from: number; readonly to: number } }
  | { readonly reset: true }
  | { readonly closed: true }
  | { readonly refused: LandlineError["code"]; readonly message: string }

/** Where `follow` shows what comes. */
export interface View {
  entry(from: Followed, event: EntryEvent): void
  /** @param words the same for people */
  happened(from: Followed, what: Happening, words: string): void
  /** Something about the line. */
  say(words: string): void
  /** Gives back what it took. */
  close(): void
}

/** Messages on stdout, all else on stderr. */
export class PlainView implements View {
  readonly #named: boolean

  /** @param named whether each message is to bear its topic's name */
  constructor(named: boolean) {
    this.#named = named
  }

  entry(from: Followed, { entry }: EntryEvent): void {
    print(messageLines(from, entry, this.#named))
  }

  happened(_from: Followed, _what: Happening, words: string): void {
    this.say(words)
  }

  say(words: string): void {
    console.error(printable(words))
  }

  close(): void {}
}

/** One JSON object a line on stdout; what is said of the line goes to stderr. */
export class JsonView implements View {
  entry(from: Followed, { entry, cursor }: EntryEvent): void {
    const { offset, author, time, ...rest } = entry
    printJson({ ...named(from), offset, cursor, author, time, ...rest })
  }

  happened(from: Followed, what: Happening): void {
    printJson({ ...named(from), ...what })
  }

  say(words: string): void {
    console.error(printable(words))
  }

  close(): void {}
}

const named = ({ isFeed, name }: Followed) => (isFeed ? { feed: name } : { room: name })

/** `HH:MM:SS.mmm  MESSAGE`, further lines of the message indented below it. */
export function messageLines(from: Followed, entry: Entry, withName: boolean): string {
  const stamp = `${exactTime(entry.time)}${withName ? ` ${from.name}` : ""}`
  if (!from.isFeed) return plainEntry(stamp, entry)
  const head = `${stamp}  `
  return head + printable(body(entry)).replaceAll("\n", `\n${" ".repeat(displayWidth(head))}`)
}

function body({ kind, text }: Entry): string {
  return kind === "bytes" ? `${amount(Buffer.byteLength(text, "base64"))}, in base64 ${text}` : text
}

/** `HH:MM:SS.mmm`, local time. */
function exactTime(time: number): string {
  const date = new Date(time)
  const seconds = `${date.getSeconds()}`.padStart(2, "0")
  return `${clockTime(time)}:${seconds}.${`${date.getMilliseconds()}`.padStart(3, "0")}`
}
