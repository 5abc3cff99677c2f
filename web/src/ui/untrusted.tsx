import { printableLine } from "../../../src/protocol/text.ts"

/** A name or another short text that somebody else chose: on one line, controls as escapes, apart from the text around it. */
export function Untrusted({ text }: { text: string }) {
  return <bdi>{printableLine(text)}</bdi>
}
