import { randomNumbers, randomUser } from "../gateways/lab/feed/random.ts"
import type { OwnFeed } from "./own-feeds.ts"

/** The feeds of the lab: random people, and arrays of random numbers. @param size numbers of an array */
export function labFeeds(everyMs: number, size: number): OwnFeed[] {
  return [
    { feed: "users", about: { title: "Random people" }, everyMs, next: randomUser },
    { feed: "numbers", about: { title: "Random numbers" }, everyMs, next: () => randomNumbers(size) },
  ]
}
