import { isGuest, plainName } from "../../../src/protocol/names.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { nameHue } from "./name-hue.ts"
import { Untrusted } from "./untrusted.tsx"
import "./name.css"

/** A person's name in its own colour; a guest's, which anyone can take, is marked as one. */
export function Name({ author }: { author: string }) {
  return (
    <span className="name">
      <span style={{ color: nameColour(author) }}>
        <Untrusted text={plainName(author)} />
      </span>
      {isGuest(author) && (
        <span className="name-guest" title="The name is not proven: anyone may use it">
          guest
        </span>
      )}
    </span>
  )
}

const SIGNS = new Intl.Segmenter()

/** The first sign of a name on its colour: decoration, the name stands beside it. */
export function NameSign({ author }: { author: string }) {
  const colour = nameColour(author)
  const [first] = SIGNS.segment(plainName(author))
  return (
    <span
      className="name-sign"
      aria-hidden="true"
      style={{ color: colour, background: `color-mix(in oklab, ${colour} 16%, transparent)` }}
    >
      {printableLine(first?.segment ?? "?").toUpperCase()}
    </span>
  )
}

const nameColour = (author: string): string =>
  `oklch(var(--name-lightness) var(--name-chroma) ${nameHue(plainName(author))})`
