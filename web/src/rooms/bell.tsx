import { useState, useSyncExternalStore } from "react"
import { Dialog } from "../ui/dialog.tsx"
import { Icon } from "../ui/icon.tsx"
import { allowDesktop, desktopProblem, noticeSettings, onNotices, setNotices, sound } from "./notices.ts"

/** Whether and how this browser tells of new messages. */
export function Bell() {
  const { desktop, sound: sounds } = useSyncExternalStore(onNotices, noticeSettings)
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Tell me of new messages"
        title="Tell me of new messages"
        aria-pressed={desktop || sounds}
        onClick={() => setOpen(true)}
      >
        <Icon name="bell" />
      </button>
      {open && <BellDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function BellDialog({ onClose }: { onClose: () => void }) {
  const settings = useSyncExternalStore(onNotices, noticeSettings)
  const problem = desktopProblem()
  return (
    <Dialog title="New messages" onClose={onClose}>
      <p className="soft">While this page is hidden, or shows another room, this browser can tell you:</p>
      <label className="bell-choice">
        <input
          type="checkbox"
          checked={settings.desktop && problem === undefined}
          disabled={problem !== undefined}
          onChange={async ({ target: { checked } }) =>
            setNotices({ desktop: checked && (await allowDesktop()) })
          }
        />
        by a notification
      </label>
      {problem && <p className="note">{problem}</p>}
      <label className="bell-choice">
        <input
          type="checkbox"
          checked={settings.sound}
          onChange={({ target: { checked } }) => {
            setNotices({ sound: checked })
            if (checked) sound()
          }}
        />
        by a sound
      </label>
    </Dialog>
  )
}
