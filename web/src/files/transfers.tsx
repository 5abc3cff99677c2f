import { useEffect, useRef, useState } from "react"
import { useHub } from "../hub/hub.tsx"
import { Icon } from "../ui/icon.tsx"
import { useWarnedBeforeLeaving } from "../ui/use-warned-before-leaving.ts"
import { DropTarget } from "./drop-target.tsx"
import { LeftRow } from "./left-row.tsx"
import { LinkDialog } from "./link-dialog.tsx"
import type { Standing } from "./standing.ts"
import { headline, paceText, totalsOf } from "./totals.ts"
import { TransferRow } from "./transfer-row.tsx"
import { type UploadsNow, uploads, useUploads } from "./uploads.ts"
import "./transfers.css"

/** What is under way stays in sight; of a thousand files, so many rows. */
const ROWS_MAX = 50
/** What went well goes by itself. */
const DONE_SHOWN_MS = 8_000

/** Everything that this page sends, wherever one is in the app; and what is dropped or pasted anywhere. */
export default function Transfers() {
  const hub = useHub()
  useEffect(() => uploads.attach(hub), [hub])
  const now = useUploads()
  useWarnedBeforeLeaving(totalsOf(now.transfers).underWay > 0)
  const isShown = now.transfers.length + now.left.length > 0
  return (
    <>
      <DropTarget />
      {isShown && <Panel now={now} />}
    </>
  )
}

function Panel({ now: { transfers, left } }: { now: UploadsNow }) {
  const panel = useRef<HTMLElement>(null)
  const [open, setOpen] = useState(() => !matchMedia("(max-width: 640px)").matches)
  const totals = totalsOf(transfers)
  const over = totals.underWay === 0 && totals.paused === 0
  const keep =
    !over || totals.failed > 0 || left.length > 0 || transfers.some(({ target }) => "link" in target)
  const [link, setLink] = useState<string>()
  const newest = transfers.findLast(({ state, target }) => state === "done" && "link" in target)?.path
  useEffect(() => setLink(newest), [newest])
  useEffect(() => {
    if (keep) return
    const timer = setInterval(() => {
      if (!panel.current?.matches(":hover, :focus-within")) uploads.clear()
    }, DONE_SHOWN_MS)
    return () => clearInterval(timer)
  }, [keep])
  return (
    <section className="transfers" ref={panel} aria-label="Uploads">
      <header className="transfers-head">
        <button
          type="button"
          className="transfers-title"
          aria-expanded={open}
          onClick={() => setOpen((open) => !open)}
        >
          <Icon name={open ? "down" : "up"} />
          <span>{headline(totals, left.length)}</span>
        </button>
        <span className="visually-hidden" role="status">
          {headline(totals, left.length)}
        </span>
        {totals.underWay > 0 && (
          <button
            type="button"
            className="icon-button"
            aria-label="Pause all"
            onClick={() => uploads.pauseAll()}
          >
            <Icon name="pause" />
          </button>
        )}
        {totals.underWay === 0 && totals.paused > 0 && (
          <button
            type="button"
            className="icon-button"
            aria-label="Go on with all"
            onClick={() => uploads.resumeAll()}
          >
            <Icon name="play" />
          </button>
        )}
        {over && transfers.length > 0 && (
          <button type="button" className="icon-button" aria-label="Close" onClick={() => uploads.clear()}>
            <Icon name="close" />
          </button>
        )}
      </header>
      {!over && (
        <div className="transfers-total">
          <progress
            value={totals.bytes > 0 ? totals.sent : 1}
            max={totals.bytes || 1}
            aria-label="All uploads"
          />
          <p className="note number">{paceText(totals)}</p>
        </div>
      )}
      {open && (
        <ul className="transfers-list">
          {left.map((one) => (
            <LeftRow key={one.path} left={one} />
          ))}
          {inSight(transfers).map((transfer) => (
            <TransferRow key={transfer.id} transfer={transfer} onLink={setLink} />
          ))}
          {transfers.length > ROWS_MAX && (
            <li className="note">and {(transfers.length - ROWS_MAX).toLocaleString()} more</li>
          )}
        </ul>
      )}
      {link !== undefined && <LinkDialog path={link} onClose={() => setLink(undefined)} />}
    </section>
  )
}

/** Of many, first those about which something can be done. */
function inSight(transfers: readonly Standing[]): readonly Standing[] {
  if (transfers.length <= ROWS_MAX) return transfers
  const rank = ({ state }: Standing) =>
    state === "failed" ? 0 : state === "done" ? 3 : state === "queued" ? 2 : 1
  return transfers.toSorted((a, b) => rank(a) - rank(b)).slice(0, ROWS_MAX)
}
