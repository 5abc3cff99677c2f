import { useMemo, useState } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { useHub } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { linesOf, sampleOf } from "./lines.ts"
import { feedPath } from "./past.ts"

const NEVER_MS = 3_600_000

/** Lines for this very feed, to copy into a terminal or a program. */
export function FeedLinesCard({ info: { feed, type, closed, createdBy } }: { info: FeedInfo }) {
  const [tool, setTool] = useState<"terminal" | "python">("terminal")
  const sample = useSample(feed, type)
  const lines = useMemo(() => linesOf(location.origin, feed, type, sample), [feed, type, sample])
  const canPublish = !closed && createdBy !== "hub"
  return (
    <section className="card feeds-lines" aria-labelledby="feeds-lines-title">
      <div className="feeds-bar">
        <h2 id="feeds-lines-title">From elsewhere</h2>
        <fieldset className="feeds-windows push">
          <legend className="visually-hidden">Lines for</legend>
          {(["terminal", "python"] as const).map((name) => (
            <label key={name} className="feeds-window">
              <input type="radio" name="feeds-tool" checked={tool === name} onChange={() => setTool(name)} />
              <span>{name === "terminal" ? "Terminal" : "Python"}</span>
            </label>
          ))}
        </fieldset>
      </div>
      {tool === "terminal" ? (
        <>
          {canPublish && <CopyLine label="Publish with curl" text={lines.curlPublish} />}
          <CopyLine label="Follow with curl" text={lines.curlFollow} />
          {canPublish && lines.cliPublish !== "" && (
            <CopyLine label="Publish with landline" text={lines.cliPublish} />
          )}
          <CopyLine label="Follow with landline" text={lines.cliFollow} />
        </>
      ) : (
        <>
          <CopyLine label="Once, in the program's folder" text={`curl -O ${location.origin}/landline.py`} />
          {canPublish && <CopyLine label="Publish with landline.py" text={lines.pythonPublish} />}
          <CopyLine label="Follow with landline.py" text={lines.pythonFollow} />
          {canPublish && <CopyLine label="Publish with nothing but Python" text={lines.plainPublish} />}
          <CopyLine label="Follow with nothing but Python" text={lines.plainFollow} />
        </>
      )}
    </section>
  )
}

/** What the example publishes: as what the feed said last when the page came; it does not change while one copies. */
function useSample(feed: string, type: string): string {
  const { http } = useHub()
  const { value } = usePolled(
    async () => {
      const line = await (await http.fetch(`${feedPath(feed)}?last=1`)).text()
      return line === "" ? undefined : (JSON.parse(line) as { text?: string }).text
    },
    NEVER_MS,
    feed,
  )
  return sampleOf(type, value)
}
