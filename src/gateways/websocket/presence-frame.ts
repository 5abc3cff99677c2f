import type { PresenceChange } from "../../core/presence.ts"
import { limits } from "../../protocol/limits.ts"
import { messageFrame } from "./frames.ts"

const frames = new WeakMap<PresenceChange, Uint8Array>()

/** The frame of a change, made once for all who are told. Names are left out where there are too many. */
export function presenceFrame(change: PresenceChange): Uint8Array {
  let frame = frames.get(change)
  if (!frame) {
    const { topic, joined, left, present } = change
    const named = (names: readonly string[]) => names.length > 0 && names.length <= limits.presenceNamesMax
    frame = messageFrame({
      op: "presence",
      topic,
      ...(named(joined) && { joined }),
      ...(named(left) && { left }),
      present,
    })
    frames.set(change, frame)
  }
  return frame
}
