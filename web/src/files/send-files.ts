import { type Chosen, groupFiles, type Target } from "./chosen.ts"

type Take = (chosen: readonly Chosen[], target: Target) => void

// What sends them is loaded after the first page; what is chosen before waits for it.
let take: Take | undefined
let waiting: (readonly [readonly Chosen[], Target])[] = []

/** Sends files to a room: by a button, from the clipboard, from anywhere. Those of a chosen folder go as that folder. */
export function sendFiles(files: readonly File[], room: string): void {
  sendChosen(groupFiles(files), { room })
}

/** Sends files and folders to a room, or puts each behind a one-time link. */
export function sendChosen(chosen: readonly Chosen[], target: Target): void {
  if (take) take(chosen, target)
  else waiting.push([chosen, target])
}

/** Takes what is to be sent from now on. @returns what ends it */
export function takeSends(taker: Take): () => void {
  take = taker
  for (const [chosen, target] of waiting) taker(chosen, target)
  waiting = []
  return () => {
    take = undefined
  }
}
