import { type PointerEvent, type RefObject, useLayoutEffect, useRef, type WheelEvent } from "react"
import type { ListVirtualizer } from "./list-hooks.ts"
import type { Target } from "./open-room.ts"

/** This near the end is at the end, in px. */
const END_PX = 40
/** A wheel or a key upwards is followed by scrolling for about so long. */
const LEAVING_MS = 400
/** After the view went to the end, heights of rows settle for less than so long. */
const SETTLING_MS = 1_000
const LONG_AGO = Number.NEGATIVE_INFINITY

/**
 * Whether somebody reads at the end, where the view follows what comes, or has left it. What grows at the end leaves
 * the end for a moment too, and what goes at the top moves all: so it counts what the reader does by hand, and only
 * where nothing else moves, that the entry at the top is an earlier one.
 * @param place the first entry in sight
 * @param newest changes when there is more at the end
 */
export function useReader(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: ListVirtualizer,
  {
    attached,
    target,
    newest,
    place,
    onPinned,
  }: {
    attached: boolean
    target: Target | undefined
    newest: string
    place: () => number
    onPinned: (pinned: boolean) => void
  },
) {
  const reader = useRef({
    pinned: target === undefined,
    place: 0,
    top: 0,
    leftAt: LONG_AGO,
    followedAt: LONG_AGO,
    isTouching: false,
  })
  const pin = (pinned: boolean) => {
    // Who leaves is not brought back by what was still on its way to the end.
    if (!pinned && reader.current.pinned) virtualizer.cancelScroll()
    reader.current.pinned = pinned
    onPinned(pinned)
  }
  const leave = () => {
    const { scrollHeight, clientHeight } = scroller.current!
    if (scrollHeight <= clientHeight) return
    reader.current.leftAt = performance.now()
    pin(false)
  }
  const goToEnd = () => {
    reader.current.followedAt = performance.now()
    virtualizer.scrollToEnd()
  }
  const touch = (isTouching: boolean) => {
    reader.current.isTouching = isTouching
  }
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current!
    const before = reader.current
    const now = place()
    const isUp = now < before.place || (now === before.place && scrollTop < before.top - 1)
    const isAtEnd = attached && scrollHeight - scrollTop - clientHeight <= END_PX
    const isLeaving = performance.now() - before.leftAt < LEAVING_MS
    const isSettled = performance.now() - before.followedAt > SETTLING_MS
    if (isLeaving || !attached || (isUp && (before.isTouching || (isSettled && !isAtEnd)))) pin(false)
    else if (isAtEnd) pin(true)
    Object.assign(before, { place: now, top: scrollTop })
  }
  useLayoutEffect(() => {
    if (target !== undefined) reader.current.pinned = false
  }, [target])
  // biome-ignore lint/correctness/useExhaustiveDependencies: followed when something has come
  useLayoutEffect(() => {
    const { pinned, isTouching } = reader.current
    if (pinned && attached && !isTouching) goToEnd()
  }, [virtualizer, attached, newest])
  return {
    /** By a key or a button. */
    leave,
    toEnd() {
      Object.assign(reader.current, { pinned: true, leftAt: LONG_AGO })
      goToEnd()
    },
    hands: {
      onScroll,
      onWheel: ({ deltaY }: WheelEvent) => {
        if (deltaY < 0) leave()
        else reader.current.leftAt = LONG_AGO
      },
      onTouchStart: () => touch(true),
      onTouchEnd: () => touch(false),
      onTouchCancel: () => touch(false),
      // The scroll bar: where it is let go is not told everywhere.
      onPointerDown: ({ target }: PointerEvent) => touch(target === scroller.current),
      onPointerMove: ({ buttons }: PointerEvent) => buttons === 0 && touch(false),
    },
  }
}
