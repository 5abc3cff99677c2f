/** What a client of the lab's feed says of itself; what is left out, it did not say. */
export interface FeedReport {
  readonly name?: string
  /** Messages of the block. */
  readonly messages?: number
  /** Which block it is, from 1. */
  readonly block?: number
  /** Time in which the block came, to the microsecond. */
  readonly spanMs?: number
}

/** The coursework's words, spelling included: `Client Recieved 5 messages in 5.0123s time`. */
export function renderReport(messages: number, seconds: number): string {
  return `Client Recieved ${messages} messages in ${seconds.toFixed(4)}s time`
}

// `0:00:05.0123` is how Python prints a time span.
const SPAN = String.raw`(?<time>(?:\d{1,4}:\d{1,2}:)?\d{1,9}(?:\.\d{1,20})?)`
const CLIENT = String.raw`^\s*(?:client\b(?:\s+(?<name>\S.{0,80}?))??|(?<bare>client[\w-]{1,80}))\s+(?:received|recieved)`

/** The forms met. "5 blocks" is one block of five: these clients count every message as one. */
const FORMS = [
  String.raw`${CLIENT}\s+(?<messages>\d{1,6})\s+(?:messages?|blocks?)\s+in\s+(?:time\s+)?${SPAN}`,
  String.raw`${CLIENT}\s+block\s+(?:number\s+)?(?<block>\d{1,9})\s+in\s+(?:time\s+)?${SPAN}`,
  String.raw`^\s*connected\s+with\s+(?<name>\S.{0,80}?)\s*$`,
].map((form) => new RegExp(form, "i"))

/** Reads what a client reports, in any of the forms met; undefined for any other text. */
export function parseReport(text: string): FeedReport | undefined {
  for (const form of FORMS) {
    const found = form.exec(text)?.groups
    if (!found) continue
    const name = found["name"] ?? found["bare"]
    const [messages, block] = [Number(found["messages"]), Number(found["block"])]
    return {
      ...(name !== undefined && { name }),
      ...(messages > 0 && { messages }),
      ...(block > 0 && { block }),
      ...(found["time"] !== undefined && { spanMs: spanMsOf(found["time"]) }),
    }
  }
  return undefined
}

function spanMsOf(time: string): number {
  const [seconds = 0, minutes = 0, hours = 0] = time.split(":").map(Number).reverse()
  // Else 3.0014 s were 3001.3999999999996 ms.
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1e6) / 1e3
}
