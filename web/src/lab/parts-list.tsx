import type { Side, TraceAnswer } from "../../../src/protocol/lab/records.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import type { PartRef } from "./hex-view.tsx"
import { placeText } from "./trace-rows.ts"

const HEADS: Record<Side, string> = { client: "What the program sent", server: "What the hub sent" }

/** Frames and fields in words; choosing one shows its bytes. */
export function PartsList({
  trace,
  shown,
  onChoose,
}: {
  trace: TraceAnswer
  shown: PartRef | undefined
  onChoose: (part: PartRef) => void
}) {
  return (
    <div className="lab-parts">
      {(["client", "server"] as const)
        .filter((from) => trace.parts[from].length > 0)
        .map((from) => (
          <section key={from} aria-label={HEADS[from]}>
            <h3>{HEADS[from]}</h3>
            <ol>
              {trace.parts[from].map((part, index) => (
                <li key={part.at}>
                  <button
                    type="button"
                    className="lab-part"
                    data-hue={index % 4}
                    aria-pressed={shown?.from === from && shown.part === index}
                    onClick={() => onChoose({ from, part: index })}
                    onFocus={() => onChoose({ from, part: index })}
                  >
                    <span className="lab-part-place number">{placeText(part)}</span>
                    <bdi>{printableLine(part.say)}</bdi>
                  </button>
                </li>
              ))}
            </ol>
          </section>
        ))}
    </div>
  )
}
