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

/**
 * Asks the hub for something now, whenever the line comes back, and every so often while the page is seen.
 * @param question names what is asked: when it changes, the answer to the one before is forgotten
 */
export function usePolled<T>(ask: () => Promise<T>, everyMs: number, question = ""): Polled<T> {
  const [answer, setAnswer] = useState<{ value?: T; error?: LandlineError | undefined }>({})
  const latest = useRef(ask)
  latest.current = ask
  const turn = useRef(0)
  const refresh = useCallback(() => {
    const mine = ++turn.current
    latest.current().then(
      (value) => mine === turn.current && setAnswer({ value }),
      (error: LandlineError) =>
        mine === turn.current && setAnswer(({ value }) => ({ ...(value !== undefined && { value }), error })),
    )
  }, [])
  const { state } = useLine()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question
  useEffect(() => setAnswer({}), [question])
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the line comes back
  useEffect(() => {
    refresh()
    const timer = setInterval(() => document.visibilityState === "visible" && refresh(), everyMs)
    return () => {
      clearInterval(timer)
      turn.current++
    }
  }, [everyMs, state, refresh, question])
  return { value: answer.value, error: answer.error, refresh }
}
