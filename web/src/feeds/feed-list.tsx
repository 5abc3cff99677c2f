import { useVirtualizer } from "@tanstack/react-virtual"
import { useMemo, useRef, useState } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { type Polled, usePolled } from "../hub/polled.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { counted } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { FeedRow } from "./feed-row.tsx"
import { linesOf } from "./lines.ts"
import { type Counted, filtered, type Row, rowsOf } from "./list-rows.ts"
import { NewFeedDialog } from "./new-feed-dialog.tsx"
import { useTick } from "./use-feed-live.ts"

/** The list of 10,000 feeds has some megabytes: it is asked for less often. */
const EVERY_MS = 3_000
const EVERY_MS_IF_MANY = 15_000
const MANY = 500
const ROW_PX = 64

/** All feeds. */
export function FeedList() {
  const [words, setWords] = useState("")
  const [making, setMaking] = useState(false)
  const feeds = useFeeds()
  const all = feeds.value
  const rows = useMemo(() => rowsOf(filtered(all ?? [], words)), [all, words])
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>Feeds</h1>
        {all !== undefined && (
          <span className="soft small number feeds-count">{counted(all.length, "feed")}</span>
        )}
        <label className="push feeds-filter">
          <span className="visually-hidden">Filter feeds</span>
          <input
            type="search"
            placeholder="Filter"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </label>
        <button type="button" className="button" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          New feed
        </button>
      </header>
      {making && <NewFeedDialog onClose={() => setMaking(false)} />}
      <Found feeds={feeds} rows={rows} words={words} />
    </section>
  )
}

function Found({ feeds, rows, words }: { feeds: Feeds; rows: readonly Row[]; words: string }) {
  const { value: all, error, refresh } = feeds
  const { state } = useLine()
  if (all === undefined)
    return (
      <div className="screen-body">
        {error === undefined ? (
          <Loading say={state === "live" ? "Loading" : "Waiting for the line"} />
        ) : (
          <Failure say={error.message} onRetry={refresh} />
        )}
      </div>
    )
  return (
    <>
      {!all.some(({ createdBy }) => createdBy !== "hub") && words === "" && <FirstFeed />}
      {rows.length > 0 ? (
        <Rows rows={rows} before={feeds.before} />
      ) : (
        words !== "" && <Empty title="No feed has these words in its name, title or unit" />
      )}
    </>
  )
}

/** Says how to publish the first value. */
function FirstFeed() {
  return (
    <Empty title="No program publishes here yet">
      <p>A feed is live data: what a sensor measures, what a machine does. The first value makes it:</p>
      <CopyLine
        text={linesOf(location.origin, "lab/temp", "application/json", "21.5").curlPublish}
        label="In a terminal"
      />
    </Empty>
  )
}

function Rows({ rows, before }: { rows: readonly Row[]; before: Feeds["before"] }) {
  const scroller = useRef<HTMLDivElement>(null)
  useTick(1_000) // ages grow
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    getItemKey: (at) => keyOf(rows[at]!),
  })
  const feeds = useMemo(() => placesOf(rows), [rows])
  return (
    <div className="screen-body feeds-scroll" ref={scroller}>
      <div className="feeds-head small soft" aria-hidden="true">
        <span>Feed</span>
        <span>Latest</span>
        <span>When</span>
        <span>Pace</span>
        <span>Followers</span>
      </div>
      <ul className="feeds-list" style={{ height: virtual.getTotalSize() }} aria-label="Feeds">
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index]!
          const place = { transform: `translateY(${start}px)` }
          return row.kind === "group" ? (
            <li
              key={key}
              style={place}
              className="feeds-group"
              ref={virtual.measureElement}
              data-index={index}
            >
              <h2>{row.name}</h2>
              <span className="soft small number">{counted(row.feeds, "feed")}</span>
            </li>
          ) : (
            <li
              key={key}
              style={place}
              ref={virtual.measureElement}
              data-index={index}
              aria-posinset={feeds.get(index)}
              aria-setsize={feeds.size}
            >
              <FeedRow info={row.info} before={before.get(row.info.feed)} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}

const keyOf = (row: Row): string => (row.kind === "group" ? `group ${row.name}` : row.info.feed)

/** The place of each feed among the feeds, by its row. */
function placesOf(rows: readonly Row[]): Map<number, number> {
  const places = new Map<number, number>()
  for (const [index, { kind }] of rows.entries()) if (kind === "feed") places.set(index, places.size + 1)
  return places
}

interface Feeds extends Polled<FeedInfo[]> {
  /** How many messages each had some polls ago. */
  readonly before: ReadonlyMap<string, Counted>
}

const POLLS_KEPT = 4

function useFeeds(): Feeds {
  const { session } = useHub()
  const [isMany, setMany] = useState(false)
  const looks = useRef<Map<string, Counted>[]>([])
  const ask = async () => {
    const feeds = await session.feeds()
    const at = Date.now()
    looks.current = [...looks.current, new Map(feeds.map(({ feed, count }) => [feed, { count, at }]))].slice(
      -POLLS_KEPT,
    )
    setMany(feeds.length > MANY)
    return feeds
  }
  const polled = usePolled(ask, isMany ? EVERY_MS_IF_MANY : EVERY_MS)
  return { ...polled, before: looks.current.length > 1 ? looks.current[0]! : new Map() }
}
