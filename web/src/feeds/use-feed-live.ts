import { useEffect, useState, useSyncExternalStore } from "react"
import { useHub } from "../hub/hub.tsx"
import { FeedLive, type LiveView } from "./feed-live.ts"

/** Follows a feed while the component is there. @param log changes when the feed is another one of the same name */
export function useFeedLive(feed: string, log: number, block: number): FeedLive | undefined {
  const { session } = useHub()
  const [live, setLive] = useState<FeedLive>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another log is followed anew; another size of blocks is told
  useEffect(() => {
    const opened = new FeedLive(session, feed, block)
    setLive(opened)
    return () => opened.close()
  }, [session, feed, log])
  useEffect(() => live?.setBlock(block), [live, block])
  return live
}

export const useLiveView = (live: FeedLive): LiveView => useSyncExternalStore(live.subscribe, live.view)

/** Renders again every so often while the page is seen, for what grows old. */
export function useTick(everyMs: number): number {
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(
      () => document.visibilityState === "visible" && setTick((count) => count + 1),
      everyMs,
    )
    return () => clearInterval(timer)
  }, [everyMs])
  return tick
}
