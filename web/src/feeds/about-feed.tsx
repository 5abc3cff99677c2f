import { useState } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { isGuest } from "../../../src/protocol/names.ts"
import { useHub } from "../hub/hub.tsx"
import { bytesText, fullTime } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"
import { ConfirmDialog } from "./confirm-dialog.tsx"
import { DescribeDialog } from "./describe-dialog.tsx"
import { spanText } from "./span-text.ts"

/** What is said of a feed, and what may be done with it: by whoever made it, and where a guest did by everybody. */
export function AboutFeed({ info, onChanged }: { info: FeedInfo; onChanged: () => void }) {
  const { who } = useHub()
  const [asking, setAsking] = useState<"describe" | "close" | "delete">()
  const { createdBy, closed } = info
  const mayChange = createdBy === "" || createdBy === who.name || isGuest(createdBy)
  const done = () => {
    setAsking(undefined)
    onChanged()
  }
  return (
    <section className="card feeds-about" aria-labelledby="feeds-about-title">
      <h2 id="feeds-about-title">About this feed</h2>
      <dl>
        <Fact name="Holds">
          <Untrusted text={info.type} />
        </Fact>
        <Fact name="Speaks">{speaks(info)}</Fact>
        <Fact name="Keeps">{keeps(info)}</Fact>
        {info.expires > 0 && <Fact name="Deleted">{fullTime(info.expires)}</Fact>}
        <Fact name="Made">
          {fullTime(info.since)}
          {createdBy !== "" && (
            <>
              , by <Untrusted text={createdBy} />
            </>
          )}
        </Fact>
      </dl>
      {mayChange ? (
        <div className="feeds-actions">
          <button type="button" className="button small" onClick={() => setAsking("describe")}>
            Describe
          </button>
          {!closed && (
            <button type="button" className="button small" onClick={() => setAsking("close")}>
              Close
            </button>
          )}
          <button type="button" className="button small danger" onClick={() => setAsking("delete")}>
            Delete
          </button>
        </div>
      ) : (
        <p className="note">
          Only <Untrusted text={createdBy} />, who made it, can describe, close or delete it.
        </p>
      )}
      {asking === "describe" && (
        <DescribeDialog info={info} onDone={done} onClose={() => setAsking(undefined)} />
      )}
      {(asking === "close" || asking === "delete") && (
        <ConfirmDialog info={info} what={asking} onDone={done} onClose={() => setAsking(undefined)} />
      )}
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function speaks({ expectMs, noticeRoom }: FeedInfo) {
  if (expectMs === 0) return "whenever it likes"
  return (
    <>
      at least once in {spanText(expectMs)}, else <Untrusted text={noticeRoom || "lobby"} /> hears of it
    </>
  )
}

function keeps({ keepMs, keepBytes, bytes }: FeedInfo): string {
  const bounds = [keepMs > 0 && spanText(keepMs), keepBytes > 0 && bytesText(keepBytes)].filter(Boolean)
  return `${bounds.length === 0 ? "everything" : `at most ${bounds.join(" and ")}`}; ${bytesText(bytes)} now`
}
