import { memo } from "react"
import { printableLine } from "../../../src/protocol/text.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { bytesText } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import type { Standing } from "./standing.ts"
import { paceText } from "./totals.ts"
import { uploads } from "./uploads.ts"

const RUNS: readonly Standing["state"][] = ["queued", "sending", "checking", "waiting"]

interface TransferRowProps {
  readonly transfer: Standing
  /** Shows the one-time link at this path. */
  readonly onLink: (path: string) => void
}

export const TransferRow = memo(({ transfer, onLink }: TransferRowProps) => {
  const { id, name, bytes, sent, state, target } = transfer
  const label = printableLine(name)
  return (
    <li className="transfer" data-state={state}>
      <div className="transfer-line">
        <div className="transfer-what">
          <p className="transfer-name">
            <Untrusted text={name} />
          </p>
          <p className="note number">
            {stateText(transfer)}
            {(state === "queued" || state === "done") && "room" in target && (
              <>
                {" · "}
                <Untrusted text={target.room} />
              </>
            )}
          </p>
        </div>
        {RUNS.includes(state) && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Pause ${label}`}
            onClick={() => uploads.pause(id)}
          >
            <Icon name="pause" />
          </button>
        )}
        {(state === "paused" || state === "failed") && (
          <button
            type="button"
            className="icon-button"
            aria-label={`${state === "paused" ? "Go on with" : "Try again:"} ${label}`}
            onClick={() => uploads.resume(id)}
          >
            <Icon name="play" />
          </button>
        )}
        {state !== "done" && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Cancel ${label}`}
            onClick={() => uploads.cancel(id)}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      {state !== "done" && state !== "failed" && (
        <progress value={bytes > 0 ? sent : 1} max={bytes || 1} aria-label={label} />
      )}
      {state === "done" && <Done transfer={transfer} onLink={onLink} />}
    </li>
  )
})

function stateText(transfer: Standing): string {
  const { state, bytes, note, sent } = transfer
  switch (state) {
    case "queued":
      return `${bytesText(bytes)} · its turn comes`
    case "sending":
      return paceText(transfer)
    case "checking":
      return "Sent; both ends compare what they have"
    case "waiting":
      return `${bytesText(sent)} of ${bytesText(bytes)} · ${note}`
    case "paused":
      return `${bytesText(sent)} of ${bytesText(bytes)} · paused`
    case "failed":
      return note!
    case "done":
      return bytesText(bytes)
  }
}

/** Verified: this browser and the hub have counted the same SHA-256. */
function Done({ transfer: { sha256, path, target }, onLink }: TransferRowProps) {
  return (
    <>
      <details className="transfer-verified">
        <summary>
          <span className="tag good">verified</span> <code>{sha256!.slice(0, 12)}</code>
          <Icon name="down" />
        </summary>
        <CopyLine text={sha256!} label="SHA-256, counted here and by the hub" />
      </details>
      {"link" in target && (
        <button type="button" className="button small" onClick={() => onLink(path!)}>
          Show the link
        </button>
      )}
    </>
  )
}
