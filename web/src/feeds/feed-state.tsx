import type { FeedInfo } from "../../../src/client/main.ts"

/** What is special about a feed now: closed, or silent when it should speak. Nothing where it is as usual. */
export function FeedState({ info: { closed, silent } }: { info: Pick<FeedInfo, "closed" | "silent"> }) {
  if (closed) return <span className="tag">closed</span>
  return silent ? <span className="tag warn">silent</span> : null
}
