import { memo, useState } from "react"
import { printable } from "../../../src/protocol/text.ts"
import { bytesText } from "../ui/format.ts"
import { folded, type TextPart, textParts } from "./text-parts.ts"

/** What somebody said: text, links and code, and nothing else. A long one is folded. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false)
  const short = folded(text)
  const shown = whole || short === undefined ? text : short
  return (
    <>
      <div className="message-text" dir="auto">
        {textParts(printable(shown.replaceAll("\r\n", "\n"))).map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text stay in their places
          <Part key={index} part={part} />
        ))}
      </div>
      {short !== undefined && (
        <button type="button" className="button small message-fold" onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : `Show all (${bytesText(text.length)})`}
        </button>
      )}
    </>
  )
})

function Part({ part }: { part: TextPart }) {
  switch (part.kind) {
    case "link":
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      )
    case "code":
      return <code>{part.text}</code>
    case "block":
      return (
        <pre dir="ltr">
          <code>{part.text}</code>
        </pre>
      )
    default:
      return part.text
  }
}
