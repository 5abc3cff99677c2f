import { useEffect, useRef, useState } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { toLandlineError } from "../../../src/protocol/errors.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { type ReadAfter, readerOf } from "./past.ts"

export interface Read<T> {
  readonly value: T | undefined
  /** Why it could not be read; it is asked again when the line is back. */
  readonly failure: string | undefined
  readonly loading: boolean
}

const NOTHING = { value: undefined, failure: undefined, loading: false }

/**
 * Something that is read of a feed's past, once for each question; what is still being read for the one before is
 * given up. @param question undefined asks nothing
 */
export function useRead<T>(
  info: FeedInfo,
  question: string | undefined,
  ask: (read: ReadAfter) => Promise<T>,
): Read<T> {
  const { http } = useHub()
  const { state } = useLine()
  const [answer, setAnswer] = useState<Read<T>>(NOTHING)
  const latest = useRef({ ask, info })
  latest.current = { ask, info }
  const answered = useRef<string>(undefined)
  const isLive = state === "live"
  const log = `${info.feed} ${info.since} ${question}`
  useEffect(() => {
    if (question === undefined || !isLive || answered.current === log) return
    const gone = new AbortController()
    const { ask, info } = latest.current
    setAnswer({ ...NOTHING, loading: true })
    ask(readerOf(http, info, gone.signal)).then(
      (value) => {
        if (gone.signal.aborted) return
        answered.current = log
        setAnswer({ ...NOTHING, value })
      },
      (error: unknown) => {
        if (!gone.signal.aborted) setAnswer({ ...NOTHING, failure: toLandlineError(error).message })
      },
    )
    return () => gone.abort()
  }, [http, question, log, isLive])
  return answer
}
