import { lazy, Suspense, useMemo } from "react"
import type { ReceiverBlocks } from "../../../src/client/main.ts"
import { useHub } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { msText } from "../ui/format.ts"
import { PartBoundary } from "../ui/part-boundary.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { blocksDrawing, DRAWN_MAX, ordered } from "./blocks.ts"
import { LABEL } from "./feed-live.ts"

const Chart = lazy(() => import("./chart.tsx"))
const EVERY_MS = 2_000
const HEIGHT = 160
const BLOCKS = [1, 5, 20, 100, 1_000] as const
const LISTED_MAX = 50

/** Who receives this feed, and how late: this page is one of them. */
export function Receivers({
  feed,
  block,
  onBlock,
}: {
  feed: string
  block: number
  onBlock: (messages: number) => void
}) {
  const { session } = useHub()
  const { value: all } = usePolled(() => session.blocks(feed), EVERY_MS, feed)
  const receivers = useMemo(() => ordered(all ?? []), [all])
  const drawn = useMemo(() => receivers.slice(0, DRAWN_MAX), [receivers])
  const { drawing, span } = useMemo(() => blocksDrawing(drawn), [drawn])
  const own = `${session.author} ${LABEL}`
  return (
    <section className="card" aria-labelledby="feeds-receivers-title">
      <div className="feeds-bar">
        <h2 id="feeds-receivers-title">Who receives, and how late</h2>
        <label className="push feeds-block">
          <span className="small soft">This page measures blocks of</span>
          <select value={block} onChange={(event) => onBlock(Number(event.target.value))}>
            {BLOCKS.map((messages) => (
              <option key={messages} value={messages}>
                {messages.toLocaleString()}
              </option>
            ))}
          </select>
        </label>
      </div>
      {receivers.length === 0 ? (
        <p className="note">
          Nobody has reported yet. This page does when{" "}
          {block === 1 ? "a message has" : `${block.toLocaleString()} messages have`} come; so does{" "}
          <code>landline follow</code>.
        </p>
      ) : (
        <>
          <PartBoundary what="The chart">
            <Suspense fallback={<div className="feeds-chart-wait" />}>
              <Chart
                names={drawn.map(({ receiver }) => (receiver === own ? "this page" : receiver))}
                drawing={drawing}
                span={span}
                height={HEIGHT}
                valueText={msText}
              />
            </Suspense>
          </PartBoundary>
          <p className="note">
            The chart shows how long each block took, for{" "}
            {drawn.length === 1 ? "the receiver" : `the ${drawn.length} receivers`} heard last. A pause of the
            publisher makes a long block that is not late; a bad line makes a late one.
          </p>
          <ReceiversTable receivers={receivers} own={own} />
        </>
      )}
    </section>
  )
}

function ReceiversTable({ receivers, own }: { receivers: readonly ReceiverBlocks[]; own: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="table-scroll" aria-label="Receivers" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Receiver</th>
            <th scope="col" className="number">
              Block
            </th>
            <th scope="col" className="number">
              Messages
            </th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col" className="number">
              Longest gap
            </th>
            <th scope="col" className="number">
              Lateness
            </th>
          </tr>
        </thead>
        <tbody>
          {receivers.slice(0, LISTED_MAX).map(({ receiver, blocks }, place) => {
            const { block, messages, spanMs, longestGapMs, latenessMs } = blocks.at(-1)!
            return (
              <tr key={receiver}>
                <td className="feeds-receiver" data-colour={place < DRAWN_MAX ? place + 1 : undefined}>
                  <span className="feeds-swatch" aria-hidden="true" />
                  <Untrusted text={receiver} />
                  {receiver === own && <span className="tag">this page</span>}
                </td>
                <td className="number">{block.toLocaleString()}</td>
                <td className="number">{messages.toLocaleString()}</td>
                <td className="number">{msText(spanMs)}</td>
                <td className="number">{longestGapMs === undefined ? "–" : msText(longestGapMs)}</td>
                <td className="number">{latenessText(latenessMs)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {receivers.length > LISTED_MAX && <p className="note">… and {receivers.length - LISTED_MAX} more.</p>}
    </section>
  )
}

const latenessText = (ms: number | undefined): string =>
  ms === undefined ? "–" : `${msText(Math.abs(ms))} ${ms < 0 ? "early" : "late"}`
