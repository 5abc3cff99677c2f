import { useState } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { toLandlineError } from "../../../src/protocol/errors.ts"
import { useHub } from "../hub/hub.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { counted } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"

interface ConfirmDialogProps {
  readonly info: FeedInfo
  readonly what: "close" | "delete"
  onDone(): void
  onClose(): void
}

/** Asks, in words, before a feed is closed or deleted: neither can be undone. */
export function ConfirmDialog({ info, what, onDone, onClose }: ConfirmDialogProps) {
  const { session } = useHub()
  const [failure, setFailure] = useState<string>()
  const act = () =>
    (what === "close" ? session.closeFeed(info.feed) : session.deleteFeed(info.feed)).then(
      onDone,
      (error: unknown) => setFailure(toLandlineError(error).message),
    )
  return (
    <Dialog title={what === "close" ? "Close this feed?" : "Delete this feed?"} onClose={onClose}>
      <p>
        <b>
          <Untrusted text={info.feed} />
        </b>
        {what === "close"
          ? " can be read as before, and nobody can publish in it any more. It cannot be opened again."
          : ` goes with ${counted(info.tail - info.head + 1, "message")} that it holds. They cannot be brought back.`}
      </p>
      {failure !== undefined && (
        <p className="note bad" role="alert">
          {failure}
        </p>
      )}
      <div className="feeds-dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="button danger" onClick={() => void act()}>
          {what === "close" ? "Close it for good" : "Delete it"}
        </button>
      </div>
    </Dialog>
  )
}
