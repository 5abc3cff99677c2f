import { useId, useState } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { toLandlineError } from "../../../src/protocol/errors.ts"
import { isJson, isText } from "../../../src/protocol/feeds.ts"
import { jsonLine } from "../../../src/protocol/json-pieces.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"

interface PublishFormProps {
  /** With type "" it is not made yet. */
  readonly info: Pick<FeedInfo, "feed" | "type" | "closed" | "createdBy">
  onPublished(): void
}

/** The hub's own name, in whose feeds nobody else speaks. */
const HUB = "hub"

/** Publishes a message by hand. */
export function PublishForm({ info, onPublished }: PublishFormProps) {
  const { feed, type, closed, createdBy } = info
  if (closed) return null
  if (createdBy === HUB)
    return <p className="card note">This is a feed of the hub itself: only the hub publishes in it.</p>
  if (type !== "" && !isText(type))
    return (
      <p className="card note">
        This feed holds <Untrusted text={type} />, which nobody types: publish it with one of the lines below.
      </p>
    )
  return <Publish feed={feed} type={type} onPublished={onPublished} />
}

function Publish({ feed, type, onPublished }: { feed: string; type: string; onPublished: () => void }) {
  const { session } = useHub()
  const { state } = useLine()
  const [text, setText] = useState("")
  const [say, setSay] = useState<{ words: string; bad: boolean }>()
  const id = useId()
  const publish = async () => {
    const problem = problemOf(text, type)
    if (problem !== undefined) return setSay({ words: problem, bad: true })
    setText("")
    setSay({
      words: state === "live" ? "On the way …" : "Kept here, and sent when the line is back.",
      bad: false,
    })
    try {
      await session.publish(`feed/${feed}`, text)
      setSay({ words: "Published.", bad: false })
      onPublished()
    } catch (error) {
      setText((typedSince) => typedSince || text)
      setSay({ words: toLandlineError(error).message, bad: true })
    }
  }
  return (
    <form
      className="card feeds-publish"
      onSubmit={(event) => {
        event.preventDefault()
        void publish()
      }}
    >
      <label htmlFor={id}>Publish by hand{isJson(type) && <span className="soft">, as JSON</span>}</label>
      <div className="feeds-publish-line">
        <textarea
          id={id}
          rows={1}
          value={text}
          placeholder={isJson(type) ? "21.5" : ""}
          aria-invalid={say?.bad ?? false}
          aria-describedby={`${id}-say`}
          onChange={(event) => {
            setText(event.target.value)
            setSay(undefined)
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            void publish()
          }}
        />
        <button type="submit" className="button primary">
          <Icon name="send" />
          Publish
        </button>
      </div>
      <p id={`${id}-say`} className={say?.bad ? "note bad" : "note"} role="status">
        {say?.words}
      </p>
    </form>
  )
}

/** What is wrong with a message, in one sentence; undefined where nothing is. */
function problemOf(text: string, type: string): string | undefined {
  if (text === "") return "Type what is to be published."
  if (!isJson(type)) return undefined
  try {
    jsonLine(text)
    return undefined
  } catch {
    return 'This feed holds JSON, and this is none: a number, a text in "quotes", or {"name": value}.'
  }
}
