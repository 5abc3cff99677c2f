import { useVirtualizer } from "@tanstack/react-virtual"
import {
  type CSSProperties,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react"
import type { Side, TraceAnswer } from "../../../src/protocol/lab/records.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { counted } from "../ui/format.ts"
import {
  type BytesRow,
  firstWrong,
  hexOf,
  rowBytesFor,
  rowOf,
  spansOf,
  type TraceRow,
  textOf,
  traceRows,
} from "./trace-rows.ts"

/** A part of what a side has sent, by its index. */
export interface PartRef {
  readonly from: Side
  readonly part: number
}

const ROW_PX = 24
const SIGN_EM = 0.61 // how wide a sign of monospaced type is, at its widest
const OVERSCAN = 10
const DIGITS_MIN = 4 // of a place

/**
 * All bytes of a connection, as hex and as text, in the order in which they went. 64 KiB are 4,096 rows: only those in
 * view are drawn.
 * @param shown the part that is marked, and brought into view where `goTo` changes
 */
export function HexView({
  trace,
  shown,
  goTo,
  onPart,
}: {
  trace: TraceAnswer
  shown: PartRef | undefined
  /** A place to bring into view; a new object each time. */
  goTo: { readonly from: Side; readonly place: number } | undefined
  onPart: (part: PartRef | undefined) => void
}) {
  const scroller = useRef<HTMLElement>(null)
  const digits = Math.max(DIGITS_MIN, String(Math.max(trace.bytes.client, trace.bytes.server)).length)
  const rowBytes = useRowBytes(scroller, digits)
  const rows = useMemo(() => traceRows(trace, rowBytes), [trace, rowBytes])
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  })
  const wrong = firstWrong(rows)
  // The first wrong byte is what one came for; once seen, the view stays where its reader puts it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when one is found, and not with each byte that comes
  useEffect(() => {
    if (wrong >= 0) virtual.scrollToIndex(wrong, { align: "center" })
  }, [trace.id, wrong >= 0, rowBytes])
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is asked for
  useEffect(() => {
    const row = goTo ? rowOf(rows, goTo.from, goTo.place) : -1
    if (row < 0) return
    virtual.scrollToIndex(row, { align: "center" })
    scroller.current?.scrollIntoView({ block: "nearest" })
  }, [goTo])
  return (
    <section
      ref={scroller}
      className="lab-hex"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      aria-label="Bytes of this connection"
      onMouseLeave={() => onPart(undefined)}
    >
      <div
        className="lab-hex-all"
        style={{ height: virtual.getTotalSize(), "--lab-at": `${digits + 1}ch` } as CSSProperties}
      >
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            className="lab-hex-item"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <Row row={rows[item.index]!} trace={trace} shown={shown} onPart={onPart} />
          </div>
        ))}
      </div>
    </section>
  )
}

/** As many bytes in a row as there is room for. */
function useRowBytes(element: RefObject<HTMLElement | null>, digits: number): number {
  const [bytes, setBytes] = useState(8)
  useLayoutEffect(() => {
    const box = element.current!
    const look = () =>
      setBytes(
        rowBytesFor(box.clientWidth / (SIGN_EM * Number.parseFloat(getComputedStyle(box).fontSize)), digits),
      )
    const watch = new ResizeObserver(look)
    watch.observe(box)
    look()
    return () => watch.disconnect()
  }, [element, digits])
  return bytes
}

const WHO: Record<Side, string> = { client: "the program", server: "the hub" }

function Row({
  row,
  trace,
  shown,
  onPart,
}: {
  row: TraceRow
  trace: TraceAnswer
  shown: PartRef | undefined
  onPart: (part: PartRef) => void
}) {
  switch (row.kind) {
    case "piece":
      return (
        <p className="lab-piece" data-from={row.from}>
          <strong>{row.from === "client" ? "→ program" : "← hub"}</strong>
          <span className="number">
            {(row.afterMs / 1_000).toFixed(3)} s, {counted(row.bytes, "byte")}
          </span>
        </p>
      )
    case "gap":
      return (
        <p className="lab-gap">
          {counted(row.bytes, "byte")} of {WHO[row.from]} {row.bytes === 1 ? "is" : "are"} not kept
        </p>
      )
    case "wrong": {
      const { byte, expected, got, mend } = row.diagnosis
      return (
        <p className="lab-wrong">
          <strong>
            byte {byte}: expected {printableLine(expected)}, got {printableLine(got)}.
          </strong>{" "}
          {printableLine(mend)}
        </p>
      )
    }
    case "bytes":
      return <Bytes row={row} parts={trace.parts[row.from]} shown={shown} onPart={onPart} />
  }
}

function Bytes({
  row,
  parts,
  shown,
  onPart,
}: {
  row: BytesRow
  parts: TraceAnswer["parts"][Side]
  shown: PartRef | undefined
  onPart: (part: PartRef) => void
}) {
  const { from, at, bytes } = row
  const spans = spansOf(row, parts)
  const drawn = (text: (of: Uint8Array) => string, gap: string) =>
    spans.map(({ begin, end, part, wrong }) => (
      <span key={begin}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the list of parts does the same for the keyboard */}
        <span
          className={wrong ? "lab-span lab-span-wrong" : "lab-span"}
          data-hue={part < 0 ? undefined : part % 4}
          data-shown={(shown?.from === from && shown.part === part) || undefined}
          title={part < 0 ? undefined : printableLine(parts[part]!.say)}
          onMouseEnter={() => part >= 0 && onPart({ from, part })}
        >
          {text(bytes.subarray(begin, end))}
        </span>
        {gap}
      </span>
    ))
  return (
    <div className="lab-bytes" data-from={from}>
      <span className="lab-at">{at}</span>
      <code className="lab-bytes-hex">{drawn(hexOf, " ")}</code>
      <code className="lab-bytes-text">{drawn(textOf, "")}</code>
    </div>
  )
}
