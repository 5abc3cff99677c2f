import { useVirtualizer } from "@tanstack/react-virtual"
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef } from "react"
import { beginsDay, beginsGroup } from "./groups.ts"
import { useForgottenHeights, useTarget } from "./list-hooks.ts"
import { MessageRow } from "./message-row.tsx"
import type { OpenRoom, Pending, RoomView } from "./open-room.ts"
import { firstOf, type Item, lastOf } from "./room-log.ts"
import { useReader } from "./use-reader.ts"

const OVERSCAN = 8
/** So many rows before an end of the view more is asked for: before somebody who scrolls sees that end. */
const AHEAD_ROWS = 25
const PAGE_SHARE = 0.9
const LINE_PX = 22
const ROW_PX = 25
const LINE_CHARACTERS = 80

type Row = Item | Pending

export interface MessageListHandle {
  toEnd(): void
  /** By a page up or down. */
  page(key: string): void
  /** The first entry in sight. */
  place(): number
}

/**
 * The messages of a room, as far as the view holds them; only rows in sight are made. At the end it follows what
 * comes; elsewhere nothing that comes, above or below, moves what is read.
 */
export function MessageList({
  open,
  view,
  pending,
  newAfter,
  author,
  offline,
  onPinned,
  ref,
}: {
  open: OpenRoom
  view: RoomView
  pending: readonly Pending[]
  /** Newest offset that was seen before; undefined: all is. */
  newAfter: number | undefined
  author: string
  offline: boolean
  onPinned: (pinned: boolean) => void
  ref: Ref<MessageListHandle>
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows: readonly Row[] = view.attached ? [...view.items, ...pending] : view.items
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => keyOf(rows[index]),
    overscan: OVERSCAN,
    anchorTo: "end",
    paddingStart: 12,
    paddingEnd: 12,
  })
  const shown = virtualizer.getVirtualItems()

  const place = () => {
    const item = rows[virtualizer.getVirtualItemForOffset(scroller.current?.scrollTop ?? 0)?.index ?? 0]
    return item === undefined || item.kind === "pending" ? view.tail : firstOf(item)
  }
  const { leave, toEnd, hands } = useReader(scroller, virtualizer, {
    attached: view.attached,
    target: view.target,
    newest: `${view.tail} ${pending.length}`,
    ...{ place, onPinned },
  })
  /** Rows beside those in sight are there too, so that the focus can go to them. */
  const focus = (index: number) => virtualizer.elementsCache.get(keyOf(rows[index]))?.focus()
  const handle: MessageListHandle = {
    toEnd,
    page(key) {
      if (key === "PageUp") leave()
      const height = scroller.current?.clientHeight ?? 0
      scroller.current?.scrollBy({ top: (key === "PageUp" ? -PAGE_SHARE : PAGE_SHARE) * height })
    },
    place,
  }
  useImperativeHandle(ref, () => handle)

  const settled = useTarget(virtualizer, view.target, ({ offset }) =>
    rows.findIndex((row) => row.kind !== "pending" && lastOf(row) >= offset),
  )
  useEffect(() => {
    const [first] = shown
    const last = shown.at(-1)
    if (!settled || first === undefined || last === undefined) return
    if (first.index < AHEAD_ROWS) open.older()
    if (last.index >= rows.length - AHEAD_ROWS) open.newer()
  })
  useForgottenHeights(virtualizer, view)

  const key = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return
    event.preventDefault()
    if (event.key === "ArrowUp") leave()
    const at = document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset["index"]
    const inSight = virtualizer.getVirtualItemForOffset(
      (virtualizer.scrollOffset ?? 0) + (scroller.current?.clientHeight ?? 0),
    )
    const from = at === undefined ? (inSight?.index ?? rows.length - 1) + 1 : Number(at)
    focus(from + (event.key === "ArrowUp" ? -1 : 1))
  }
  return (
    <div
      ref={scroller}
      className="message-list"
      role="log"
      aria-live="off"
      aria-label={`Messages in ${open.room}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
      {...hands}
      onKeyDown={key}
    >
      <div className="message-list-rows" style={{ height: virtualizer.getTotalSize() }}>
        {shown.map(({ index, key, start }) => {
          const item = rows[index]!
          const before = index === 0 ? view.context : rows[index - 1]
          return (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              data-offset={item.kind === "pending" ? undefined : firstOf(item)}
              data-target={
                item.kind !== "pending" &&
                view.target?.align === "center" &&
                firstOf(item) === view.target.offset
              }
              className="message-row"
              tabIndex={-1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <MessageRow
                {...marksOf(item, before, newAfter, author)}
                {...{ author, offline, item }}
                deleted={isDeleted(item, view)}
              />
            </div>
          )
        })}
      </div>
    </div>
  )
}

const isDeleted = (item: Row, { deleted }: RoomView): boolean =>
  item.kind === "file" && deleted.has(item.offset)

/** What stands above a row. */
function marksOf(item: Row, before: Row | undefined, newAfter: number | undefined, author: string) {
  if (item.kind === "pending") {
    const same = before?.kind === "pending" || (before?.kind === "text" && before.author === author)
    return { day: false, isNew: false, group: !same }
  }
  const said = before?.kind === "pending" ? undefined : before
  const isNew =
    newAfter !== undefined && said !== undefined && lastOf(said) <= newAfter && firstOf(item) > newAfter
  return { day: beginsDay(item, said), isNew, group: isNew || beginsGroup(item, said) }
}

const keyOf = (row: Row | undefined): string | number =>
  row === undefined
    ? -1
    : row.kind === "pending"
      ? row.key
      : row.kind === "gap"
        ? `gap ${row.from}`
        : row.offset

/** The height of a row that was not seen yet, about. */
function estimate(row: Row | undefined): number {
  if (row === undefined || !("text" in row)) return ROW_PX
  return ROW_PX + LINE_PX * Math.min(20, Math.floor(row.text.length / LINE_CHARACTERS))
}
