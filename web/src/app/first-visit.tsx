import { type FormEvent, useEffect, useState } from "react"
import { nameProblem } from "../hub/names.ts"
import { Mark } from "../ui/mark.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import "./first-visit.css"

/** Who are you? One question, and then the room. */
export function FirstVisit({
  refusal,
  onEnter,
}: {
  refusal?: string | undefined
  onEnter: (name: string) => void
}) {
  const [hub, setHub] = useState<string>()
  const [name, setName] = useState("")
  const [tried, setTried] = useState(false)
  useEffect(() => {
    const asked = new AbortController()
    fetch("/hello", { signal: asked.signal })
      .then((response) => response.json())
      .then(({ hub }: { hub: { name: string } }) => setHub(hub.name))
      .catch(() => {})
    return () => asked.abort()
  }, [])
  useEffect(() => {
    document.title = hub === undefined ? "Landline" : `${hub} · Landline`
  }, [hub])
  const problem = nameProblem(name)
  const say = tried || name !== "" ? problem : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem === undefined) onEnter(name.trim())
  }
  return (
    <main className="first-visit">
      <form className="first-visit-card" onSubmit={submit} noValidate>
        <Mark />
        <h1>
          <Untrusted text={hub ?? "Landline"} />
        </h1>
        <p className="soft">
          Talk, pass files, follow live feeds and check the line, on this network and nowhere else.
        </p>
        <label htmlFor="name">Your name</label>
        <div className="first-visit-row">
          <input
            id="name"
            name="name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="nickname"
            autoCapitalize="words"
            spellCheck={false}
            maxLength={64}
            // biome-ignore lint/a11y/noAutofocus: it is the only thing on the page
            autoFocus
            aria-describedby="name-note"
            aria-invalid={say !== undefined}
          />
          <button type="submit" className="button primary">
            Come in
          </button>
        </div>
        <p
          id="name-note"
          className={(say ?? refusal) ? "note bad" : "note"}
          role={(say ?? refusal) ? "alert" : undefined}
        >
          {say ?? refusal ?? "No account: the name belongs to this browser from now on."}
        </p>
      </form>
    </main>
  )
}
