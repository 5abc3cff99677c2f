import { type ReactNode, useState } from "react"
import type { FeedAbout, FeedInfo } from "../../../src/client/main.ts"
import { toLandlineError } from "../../../src/protocol/errors.ts"
import { limits } from "../../../src/protocol/limits.ts"
import { useHub } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { Dialog } from "../ui/dialog.tsx"

const ROOMS_EVERY_MS = 60_000
const SECONDS_MAX = 31_536_000
const LISTED_ROOMS_MAX = 200

/** Says what a feed is, and who hears when it falls silent. */
export function DescribeDialog({
  info,
  onDone,
  onClose,
}: {
  info: FeedInfo
  onDone: () => void
  onClose: () => void
}) {
  const { session } = useHub()
  const rooms = usePolled(() => session.rooms(), ROOMS_EVERY_MS)
  const [failure, setFailure] = useState<string>()
  const describe = (form: FormData) =>
    session
      .describeFeed(info.feed, aboutOf(form))
      .then(onDone, (error: unknown) => setFailure(toLandlineError(error).message))
  return (
    <Dialog title="Describe this feed" onClose={onClose}>
      <form
        className="feeds-form"
        onSubmit={(event) => {
          event.preventDefault()
          void describe(new FormData(event.currentTarget))
        }}
      >
        <AboutFields title={info.title} unit={info.unit} />
        <Field
          label="It must speak at least every so many seconds"
          hint="Empty: it speaks whenever it likes."
        >
          <input
            name="expect"
            type="number"
            min={1}
            max={SECONDS_MAX}
            step="any"
            defaultValue={info.expectMs > 0 ? info.expectMs / 1_000 : ""}
          />
        </Field>
        <Field label="When it falls silent, tell the room" hint="Empty: the lobby.">
          <input
            name="room"
            list="feeds-rooms"
            maxLength={limits.nameCharactersMax}
            defaultValue={info.noticeRoom}
          />
        </Field>
        <datalist id="feeds-rooms">
          {rooms.value?.slice(0, LISTED_ROOMS_MAX).map(({ room }) => (
            <option key={room} value={room} />
          ))}
        </datalist>
        <FormFoot failure={failure} say="Save" onClose={onClose} />
      </form>
    </Dialog>
  )
}

/** What is said of a feed, of a form's fields. */
function aboutOf(form: FormData): FeedAbout {
  return {
    ...{ title: String(form.get("title") ?? "").trim(), unit: String(form.get("unit") ?? "").trim() },
    ...{
      expectMs: Math.round(Number(form.get("expect")) * 1_000),
      noticeRoom: String(form.get("room") ?? "").trim(),
    },
  }
}

export function AboutFields({ title = "", unit = "" }: { title?: string; unit?: string }) {
  return (
    <>
      <Field label="Title">
        <input
          name="title"
          maxLength={limits.feedTitleCharactersMax}
          defaultValue={title}
          autoComplete="off"
        />
      </Field>
      <Field label="Unit" hint="Such as °C, for feeds of numbers.">
        <input name="unit" maxLength={40} defaultValue={unit} autoComplete="off" />
      </Field>
    </>
  )
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is given
    <label className="feeds-field">
      <span>{label}</span>
      {children}
      {hint && <span className="note">{hint}</span>}
    </label>
  )
}

export function FormFoot({
  failure,
  say,
  onClose,
}: {
  failure: string | undefined
  say: string
  onClose: () => void
}) {
  return (
    <>
      {failure !== undefined && (
        <p className="note bad" role="alert">
          {failure}
        </p>
      )}
      <div className="feeds-dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary">
          {say}
        </button>
      </div>
    </>
  )
}
