import { textOf } from "./words.ts"

/** A message of a feed of JSON. */
export interface FeedMessage {
  readonly n: number
  readonly text: string
}

export const feedMessageBytes = 128

/** Message `n` as JSON of 128 bytes. */
export function feedMessage(n: number): string {
  const head = `{"n":${n},"text":"`
  return `${head}${textOf({ letter: "m", messages: n, textBytes: feedMessageBytes - head.length - 2 }, n)}"}`
}

/** Whether it is message `n`, whole. */
export const isMessage = (message: FeedMessage, n: number): boolean =>
  message.n === n && JSON.stringify(message).length === feedMessageBytes

async function request(method: string, url: string, body?: string): Promise<void> {
  const headers = { "content-type": "application/json" }
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  const words = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${words}`)
}

/** Makes a stream of JSON by the Durable Streams protocol and appends so many messages, `batch` in a request. */
export async function fillStream(url: string, messages: number, batch = 1_000): Promise<void> {
  await request("PUT", url)
  for (let from = 0; from < messages; from += batch) {
    const texts = Array.from({ length: Math.min(batch, messages - from) }, (_, n) => feedMessage(from + n))
    await request("POST", url, `[${texts.join(",")}]`)
  }
}
