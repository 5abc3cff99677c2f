import type { Session } from "../../client/main.ts"

const down = "The line dropped; it is joined again by itself."
const back = "The line is back."

/** Says once when the line drops, and once when it is back. @returns how often it has dropped */
export function tellState(session: Session, say: (words: string) => void): () => number {
  let isDown = false
  let drops = 0
  session.on("state", (state) => {
    if (state === "offline" && !isDown) {
      drops++
      isDown = true
      say(down)
    } else if (state === "live" && isDown) {
      isDown = false
      say(back)
    }
  })
  return () => drops
}
