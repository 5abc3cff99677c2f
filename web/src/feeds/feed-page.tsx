import { useRef } from "react"
import { to, useRoute } from "../app/route.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { counted } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { AboutFeed } from "./about-feed.tsx"
import { FeedLinesCard } from "./feed-lines-card.tsx"
import { FeedState } from "./feed-state.tsx"
import { LivePart } from "./live-part.tsx"
import { PastPart } from "./past-part.tsx"
import { PublishForm } from "./publish-form.tsx"

const EVERY_MS = 3_000

/** One feed. */
export function FeedPage({ feed }: { feed: string }) {
  const { session } = useHub()
  const { query } = useRoute()
  const { state } = useLine()
  const { value: known, error, refresh } = usePolled(() => session.feed(feed), EVERY_MS, feed)
  const isUnknown = error?.code === "unknown_feed" || error?.code === "bad_name"
  const info = isUnknown ? undefined : known
  const firstSeen = useRef<number>(undefined)
  firstSeen.current ??= info?.since
  const at = Number(query.get("at") ?? Number.NaN)
  return (
    <section className="screen">
      <header className="screen-head">
        <a className="icon-button" href={to("feeds")} aria-label="All feeds">
          <Icon name="back" />
        </a>
        <div className="feeds-names">
          <h1>
            <Untrusted text={feed} />
          </h1>
          {info?.title && (
            <p className="soft">
              <Untrusted text={info.title} />
            </p>
          )}
        </div>
        {info && (
          <p className="push feeds-facts small soft">
            <FeedState info={info} />
            <span className="number">{counted(info.count, "message")}</span>
            <span className="number">{counted(info.followers, "follower")}</span>
          </p>
        )}
      </header>
      <div className="screen-body">
        {isUnknown ? (
          <UnknownFeed
            feed={feed}
            wasThere={known !== undefined}
            canBeMade={error?.code === "unknown_feed"}
            onMade={refresh}
          />
        ) : error !== undefined && info === undefined ? (
          <Failure say={error.message} onRetry={refresh} />
        ) : info === undefined ? (
          <Loading say={state === "live" ? "Loading" : "Waiting for the line"} />
        ) : (
          <div className="feeds-page">
            <div className="feeds-main">
              {Number.isFinite(at) ? (
                <PastPart info={info} at={at} />
              ) : (
                <LivePart info={info} isReplaced={info.since !== firstSeen.current} key={info.since} />
              )}
            </div>
            <div className="feeds-side">
              <PublishForm info={info} onPublished={refresh} />
              <AboutFeed info={info} onChanged={refresh} />
              <FeedLinesCard info={info} />
            </div>
          </div>
        )}
      </div>
    </section>
  )
}

function UnknownFeed({
  feed,
  wasThere,
  canBeMade,
  onMade,
}: {
  feed: string
  wasThere: boolean
  canBeMade: boolean
  onMade: () => void
}) {
  if (!canBeMade)
    return (
      <Empty title="No feed can have this name">
        <p>A feed's name is letters, digits, dots, dashes or underscores, in segments with / between them.</p>
        <a href={to("feeds")}>All feeds</a>
      </Empty>
    )
  return (
    <Empty title={wasThere ? "This feed was deleted" : "There is no such feed yet"}>
      <p>The first message that is published makes it.</p>
      <PublishForm info={{ feed, type: "", closed: false, createdBy: "" }} onPublished={onMade} />
      <a href={to("feeds")}>All feeds</a>
    </Empty>
  )
}
