import { useCallback, useEffect, useRef, useState } from "react"
import type { LandlineError } from "../../../src/client/main.ts"
import { useLine } from "./hub.tsx"

export interface Polled<T> {
  /** Undefined until the first answer; then the last one, also while the line is down. */
  readonly value: T | undefined
  readonly error: LandlineError | undefined
  /** Asks now. */
  refresh(): void
}

interface Answer<T> {
  readonly value?: T
  readonly error?: LandlineError
}

/**
 * Asks the hub for something now, whenever the line comes back, and every so often while the page is seen.
 * @param question names what is asked: when it changes, the answer to the one before is forgotten
 */
export function usePolled<T>(ask: () => Promise<T>, everyMs: number, question = ""): Polled<T> {
  const [answer, setAnswer] = useState<Answer<T>>({})
  const latest = useRef(ask)
  latest.current = ask
  const turn = useRef(0)
  const isAsking = useRef(false)
  const refresh = useCallback(() => {
    const mine = ++turn.current
    isAsking.current = true
    const answered = (now: (before: Answer<T>) => Answer<T>) => {
      if (mine !== turn.current) return
      isAsking.current = false
      setAnswer(now)
    }
    latest.current().then(
      (value) => answered(() => ({ value })),
      (error: LandlineError) => answered(({ value }) => ({ ...(value !== undefined && { value }), error })),
    )
  }, [])
  const { state } = useLine()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question
  useEffect(() => setAnswer({}), [question])
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the line comes back
  useEffect(() => {
    refresh()
    // What is still asked is not asked again: while the line is down questions wait, and a slow line needs its time.
    const timer = setInterval(
      () => document.visibilityState === "visible" && !isAsking.current && refresh(),
      everyMs,
    )
    return () => {
      clearInterval(timer)
      turn.current++
    }
  }, [everyMs, state, refresh, question])
  return { value: answer.value, error: answer.error, refresh }
}
