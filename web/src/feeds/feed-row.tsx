import type { FeedInfo } from "../../../src/client/main.ts"
import { to } from "../app/route.ts"
import { fullTime } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"
import { ageText } from "./age.ts"
import { FeedState } from "./feed-state.tsx"
import { shortText } from "./fields.ts"
import { type Counted, rateText } from "./list-rows.ts"
import { useLatest } from "./use-latest.ts"

const SHOWN_MAX = 60

/** A feed in the list: what it is, what it said last, and how lively it is. */
export function FeedRow({ info, before }: { info: FeedInfo; before: Counted | undefined }) {
  const { feed, title, unit, count, time, followers } = info
  const latest = useLatest(info)
  const rate = rateText(before, { count, at: Date.now() })
  return (
    <a className="feeds-row" href={to("feeds", feed)}>
      <span className="feeds-row-name">
        <b>
          <Untrusted text={feed} />
        </b>{" "}
        <FeedState info={info} />
        {title !== "" && (
          <span className="soft small feeds-row-title">
            <Untrusted text={title} />
          </span>
        )}
      </span>
      <span className="feeds-row-latest number">
        {latest === undefined ? (
          <span className="soft">{count === 0 ? "nothing yet" : "–"}</span>
        ) : (
          <>
            <Untrusted text={shortText(latest, SHOWN_MAX)} />
            {unit !== "" && (
              <span className="soft">
                {" "}
                <Untrusted text={unit} />
              </span>
            )}
          </>
        )}
      </span>
      <span className="small soft number feeds-row-when">
        {time > 0 && <time title={fullTime(time)}>{ageText(Date.now() - time)}</time>}
      </span>
      <span className="small soft number feeds-row-rate">{rate ?? ""}</span>
      <span className="small soft number feeds-row-followers">
        {followers.toLocaleString()}
        <span className="feeds-row-word"> {followers === 1 ? "follower" : "followers"}</span>
      </span>
    </a>
  )
}
