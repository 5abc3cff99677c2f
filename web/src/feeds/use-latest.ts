import { useEffect, useState } from "react"
import type { Entry, FeedInfo } from "../../../src/client/main.ts"
import type { HubHttp } from "../hub/http.ts"
import { useHub } from "../hub/hub.tsx"
import { feedPath } from "./past.ts"
import { type Reading, readingOf } from "./reading.ts"

/** The list does not hold the messages: those of the rows that are seen are asked for, so many at a time. */
const AT_ONCE = 4
/** A row that was scrolled past in less needs none. */
const SEEN_MS = 150

let asking = 0
const waiting: (() => void)[] = []

/** The newest message of a feed, asked for again when there is a newer one. */
export function useLatest({ feed, cursor, count }: FeedInfo): Reading | undefined {
  const { http } = useHub()
  const [latest, setLatest] = useState<Reading>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cursor tells that there is a newer one
  useEffect(() => {
    if (count === 0) return
    const gone = new AbortController()
    const timer = setTimeout(() => {
      inTurn(gone.signal, () => newest(http, feed, gone.signal)).then(
        (reading) => !gone.signal.aborted && setLatest(reading),
        () => {}, // the row goes on showing the one before; the list says when the line is down
      )
    }, SEEN_MS)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [http, feed, cursor, count === 0])
  return latest
}

async function newest(http: HubHttp, feed: string, signal: AbortSignal): Promise<Reading | undefined> {
  const line = await (await http.fetch(`${feedPath(feed)}?last=1`, { signal })).text()
  return line === "" ? undefined : readingOf(JSON.parse(line.split("\n", 1)[0]!) as Entry)
}

async function inTurn<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
  if (asking >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  asking++
  try {
    return signal.aborted ? undefined : await ask()
  } finally {
    asking--
    waiting.shift()?.()
  }
}
