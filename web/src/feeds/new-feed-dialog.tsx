import { useState } from "react"
import { LandlineError } from "../../../src/client/main.ts"
import { toLandlineError } from "../../../src/protocol/errors.ts"
import { limits } from "../../../src/protocol/limits.ts"
import { feedName } from "../../../src/protocol/names.ts"
import { go, to } from "../app/route.ts"
import { useHub } from "../hub/hub.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { AboutFields, Field, FormFoot } from "./describe-dialog.tsx"

const TYPES = [
  ["application/json", "JSON: numbers, records"],
  ["text/plain", "Text: lines"],
  ["application/octet-stream", "Bytes: anything else"],
] as const

/** Makes a feed by hand, and goes to it. */
export function NewFeedDialog({ onClose }: { onClose: () => void }) {
  const { session } = useHub()
  const [failure, setFailure] = useState<string>()
  const make = async (form: FormData) => {
    const text = (name: string) => String(form.get(name) ?? "").trim()
    try {
      const feed = feedName(text("name"))
      if (await isThere(feed))
        throw new LandlineError("feed_exists", { feed }, `There is a feed ${feed} already.`)
      await session.createFeed(feed, text("type"), { title: text("title"), unit: text("unit") })
      onClose()
      go(to("feeds", feed))
    } catch (error) {
      setFailure(toLandlineError(error).message)
    }
  }
  /** Making one that is there alike is no error for programs; a person would take it for a new one. */
  const isThere = (feed: string) =>
    session.feed(feed).then(
      () => true,
      (error: LandlineError) => {
        if (error.code === "unknown_feed") return false
        throw error
      },
    )
  return (
    <Dialog title="New feed" onClose={onClose}>
      <form
        className="feeds-form"
        onSubmit={(event) => {
          event.preventDefault()
          void make(new FormData(event.currentTarget))
        }}
      >
        <Field label="Name" hint="Letters, digits, dots, dashes; with / between segments, such as lab/temp.">
          <input
            name="name"
            required
            maxLength={limits.feedNameCharactersMax}
            autoComplete="off"
            autoCapitalize="none"
          />
        </Field>
        <Field label="It holds">
          <select name="type">
            {TYPES.map(([type, say]) => (
              <option key={type} value={type}>
                {say}
              </option>
            ))}
          </select>
        </Field>
        <AboutFields />
        <FormFoot failure={failure} say="Make it" onClose={onClose} />
      </form>
    </Dialog>
  )
}
