import type { Virtualizer } from "@tanstack/react-virtual"
import { useLayoutEffect, useRef, useState } from "react"
import type { RoomView, Target } from "./open-room.ts"

export type ListVirtualizer = Virtualizer<HTMLDivElement, HTMLDivElement>

/** After so many frames the heights around a target are known, and it stands where it belongs. */
const SETTLED_FRAMES = 8

/**
 * Scrolls to each new target.
 * @param indexOf the row of a target; -1: there is none
 * @returns whether it is there: until then no row may come above it, since the virtualizer goes to it by its number
 */
export function useTarget(
  virtualizer: ListVirtualizer,
  target: Target | undefined,
  indexOf: (target: Target) => number,
): boolean {
  const [settled, setSettled] = useState<Target>()
  const find = useRef(indexOf)
  find.current = indexOf
  useLayoutEffect(() => {
    const index = target === undefined ? -1 : find.current(target)
    if (target !== undefined && index !== -1) virtualizer.scrollToIndex(index, { align: target.align })
    let left = index === -1 ? 0 : SETTLED_FRAMES
    let frame = 0
    const wait = () => {
      if (left-- > 0) {
        frame = requestAnimationFrame(wait)
        return
      }
      if (target !== undefined) virtualizer.cancelScroll()
      setSettled(target)
    }
    wait()
    return () => cancelAnimationFrame(frame)
  }, [virtualizer, target])
  return settled === target
}

/** After so many new rows the heights of those that are gone are forgotten. */
const HEIGHTS_MAX = 5_000

/** The virtualizer keeps the height of every row it ever made: a room that runs for days would fill the memory. */
export function useForgottenHeights(virtualizer: ListVirtualizer, { tail, attached }: RoomView): void {
  const forgotAt = useRef(tail)
  useLayoutEffect(() => {
    if (tail - forgotAt.current < HEIGHTS_MAX || !attached || !virtualizer.isAtEnd()) return
    forgotAt.current = tail
    virtualizer.measure()
    for (const element of virtualizer.elementsCache.values())
      virtualizer.resizeItem(virtualizer.indexFromElement(element), element.offsetHeight)
    virtualizer.scrollToEnd()
  }, [virtualizer, tail, attached])
}
