import { useMemo, useState } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { useLine } from "../hub/hub.tsx"
import { keep, kept } from "../hub/kept.ts"
import { Failure, Loading } from "../ui/empty.tsx"
import { counted } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { together } from "./charted.ts"
import { EmptyFeed } from "./empty-feed.tsx"
import { type FeedLive, REPLACED } from "./feed-live.ts"
import { JumpForm } from "./jump-form.tsx"
import { LatestValue } from "./latest-value.tsx"
import { MessagesTable } from "./messages-table.tsx"
import { offsetAt, readPast } from "./past.ts"
import { Receivers } from "./receivers.tsx"
import { useFeedLive, useLiveView, useTick } from "./use-feed-live.ts"
import { useRead } from "./use-read.ts"
import { ValueChart } from "./value-chart.tsx"
import { WINDOWS, WindowChoice, type WindowName } from "./window-choice.tsx"

const BLOCK_DEFAULT = 5
/** A feed that is younger than the time to be shown fills the chart with what there is, but with no less than this. */
const SPAN_MS_MIN = 10_000

/** A feed as it goes on: what came last, a chart that moves, and who receives it. */
export function LivePart({ info, isReplaced }: { info: FeedInfo; isReplaced: boolean }) {
  const [block, setBlock] = useState(BLOCK_DEFAULT)
  const live = useFeedLive(info.feed, info.since, block)
  return (
    <>
      {live === undefined ? <Loading /> : <Live info={info} live={live} isReplaced={isReplaced} />}
      <Receivers feed={info.feed} block={block} onBlock={setBlock} />
    </>
  )
}

function Live({ info, live, isReplaced }: { info: FeedInfo; live: FeedLive; isReplaced: boolean }) {
  const view = useLiveView(live)
  const { state } = useLine()
  const [window, setWindow] = useState<WindowName>(() => kept("feeds.window", "10 min"))
  const isPaused = view.missed !== undefined
  const tick = useTick(1_000)
  const now = view.pausedAt ?? live.now
  const wanted = useWanted(window, live)
  const { first = info.head } = view
  const {
    value: past,
    failure,
    loading,
  } = useRead(info, first > info.head ? `${wanted} ${first}` : undefined, async (read) =>
    readPast(read, info, wanted === 0 ? info.head : await offsetAt(read, info, wanted), first - 1),
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the series grow with the view
  const series = useMemo(() => together(past?.charted, live.charted), [past, live, view])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the span moves with the view and with time
  const span = useMemo(() => {
    const oldest = Math.min(...series.fields.map((field) => series.bucketsOf(field)[0]?.from ?? now))
    const from = Math.max(WINDOWS[window] === undefined ? 0 : now - WINDOWS[window], oldest)
    return { from: Math.min(from, now - SPAN_MS_MIN), to: now }
  }, [series, window, tick, view.pausedAt])
  const [latest] = view.recent
  const notice = view.notice ?? (isReplaced ? REPLACED : undefined)

  if (view.state === "refused") return <Failure say={view.error?.message ?? "The hub ended this follow."} />
  if (view.state === "loading" && latest === undefined) return <Loading />
  if (latest === undefined) return <EmptyFeed info={info} />
  return (
    <>
      {notice !== undefined && (
        <p className="card feeds-notice" role="status">
          {notice}
        </p>
      )}
      {view.state === "closed" && (
        <p className="card feeds-notice" role="status">
          This feed is closed: what is there can be read, and nothing more will come.
        </p>
      )}
      <div className="card">
        <div className="feeds-bar">
          <LatestValue reading={latest} unit={info.unit} now={live.now} isOffline={state !== "live"} />
          <button
            type="button"
            className="button push"
            aria-pressed={isPaused}
            onClick={() => (isPaused ? live.resume() : live.pause())}
          >
            <Icon name={isPaused ? "play" : "pause"} />
            {isPaused ? "Go on" : "Pause"}
          </button>
        </div>
        {view.missed !== undefined && (
          <p className="feeds-paused">
            Paused: this view stands still. <span className="number">{counted(view.missed, "message")}</span>{" "}
            came since.
          </p>
        )}
      </div>
      {series.fields.length > 0 && (
        <section className="card" aria-labelledby="feeds-chart-title">
          <div className="feeds-bar">
            <h2 id="feeds-chart-title">Over time</h2>
            <WindowChoice
              chosen={window}
              onChoose={(name) => {
                keep("feeds.window", name)
                setWindow(name)
              }}
            />
          </div>
          <ValueChart series={series} span={span} unit={info.unit} expectMs={info.expectMs} latest={latest} />
          {loading && <p className="note">Reading what came before …</p>}
          {failure !== undefined && <p className="note bad">What came before could not be read: {failure}</p>}
          {past !== undefined && past.of > past.messages && (
            <p className="note">
              Of the {counted(past.of, "message")} before, {past.messages.toLocaleString()} are drawn, from
              evenly spread places.
            </p>
          )}
        </section>
      )}
      <section className="card" aria-labelledby="feeds-messages-title">
        <div className="feeds-bar">
          <h2 id="feeds-messages-title">Messages</h2>
          <span className="note">the last {view.recent.length}, newest first</span>
          <JumpForm feed={info.feed} />
        </div>
        <MessagesTable readings={view.recent} />
      </section>
    </>
  )
}

/** From when on the past is wanted: as of when the window was chosen, for what comes later is followed. */
function useWanted(window: WindowName, live: FeedLive): number {
  return useMemo(() => (WINDOWS[window] === undefined ? 0 : live.now - WINDOWS[window]), [window, live])
}
