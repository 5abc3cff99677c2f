import { useRef, useState } from "react"
import { Icon } from "./icon.tsx"

const SHOWN_MS = 1_500

/** A line to type elsewhere, with a button that copies it. */
export function CopyLine({ text, label }: { text: string; label?: string }) {
  const code = useRef<HTMLElement>(null)
  const [done, setDone] = useState<"copied" | "marked">()
  const copy = async () => {
    setDone((await copied(text, code.current!)) ? "copied" : "marked")
    setTimeout(() => setDone(undefined), SHOWN_MS)
  }
  return (
    <div className="copy-line">
      {label && <span className="copy-line-label">{label}</span>}
      <div className="copy-line-box">
        <code ref={code}>{text}</code>
        <button type="button" className="icon-button" aria-label={`Copy ${label ?? text}`} onClick={copy}>
          <Icon name={done === "copied" ? "check" : "copy"} />
        </button>
        <span role="status" className="copy-line-done">
          {done === "copied" ? "Copied" : done === "marked" ? "Marked: press Ctrl C" : ""}
        </span>
      </div>
    </div>
  )
}

/** Copies by whichever way the browser allows: the clipboard API is missing on plain http from another machine. */
async function copied(text: string, element: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    getSelection()?.selectAllChildren(element)
    return document.execCommand("copy")
  }
}
