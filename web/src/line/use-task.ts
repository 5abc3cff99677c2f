import { useCallback, useEffect, useRef, useState } from "react"
import { LandlineError } from "../../../src/client/main.ts"

export interface Task {
  readonly running: boolean
  /** Why it ended, where that was not as it should be. */
  readonly problem: string | undefined
  /** Begins it, and ends the one before. */
  start(run: (signal: AbortSignal) => Promise<void>): void
  stop(): void
}

/** Something that takes a while and can be stopped; it also ends with the screen. @param hidden why it ends when the page is hidden, where it does */
export function useTask(hidden?: string): Task {
  const [running, setRunning] = useState(false)
  const [problem, setProblem] = useState<string>()
  const current = useRef<AbortController>(undefined)
  const stop = useCallback(() => current.current?.abort(), [])
  const start = useCallback(async (run: (signal: AbortSignal) => Promise<void>) => {
    current.current?.abort()
    const mine = new AbortController()
    current.current = mine
    setProblem(undefined)
    setRunning(true)
    try {
      await run(mine.signal)
    } catch (error) {
      if (mine.signal.aborted) return
      if (!(error instanceof LandlineError)) throw error
      setProblem(error.message)
    } finally {
      if (current.current === mine) setRunning(false)
    }
  }, [])
  useEffect(() => stop, [stop])
  useEffect(() => {
    if (hidden === undefined || !running) return
    const look = () => {
      if (document.visibilityState !== "hidden") return
      stop()
      setProblem(hidden)
    }
    document.addEventListener("visibilitychange", look)
    return () => document.removeEventListener("visibilitychange", look)
  }, [hidden, running, stop])
  return { running, problem, start: (run) => void start(run), stop }
}
