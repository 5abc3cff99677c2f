import { countsAsMessage } from "../../core/append-rules.ts"
import type { Index } from "../../core/topic-index.ts"
import type { Entry, TopicLog } from "../../core/topic-log.ts"
import { textOf } from "../../core/wire-entry.ts"
import type { TopicName } from "../../protocol/names.ts"
import { type SearchWord, searchWords, textWords } from "../search-words.ts"

/** An index that keeps nothing and reads the log for each answer: right by construction, and slow. */
export function openMemoryIndex(log: TopicLog): Index {
  async function all(topic: TopicName): Promise<Entry[]> {
    if (!(await log.stat(topic))) return []
    return log.read(topic, 0, Infinity, Infinity)
  }

  return {
    async search(topic, { words, before = Infinity, limit }) {
      const wanted = searchWords(words)
      if (wanted.length === 0) return []
      return (await all(topic))
        .filter((entry) => entry.offset < before && matches(textOf(entry), wanted))
        .map((entry) => entry.offset)
        .reverse()
        .slice(0, limit)
    },

    async lastStates(topic, offsets) {
      const states = new Map<number, number>()
      for (const { ref, offset } of await all(topic)) if (offsets.includes(ref)) states.set(ref, offset)
      return states
    },

    async counts(topic) {
      const counts = new Map<string, number>()
      for (const { author, kind } of await all(topic))
        if (countsAsMessage(kind)) counts.set(author, (counts.get(author) ?? 0) + 1)
      return counts
    },

    async close() {},
  }
}

function matches(text: string, wanted: SearchWord[]): boolean {
  const words = textWords(text)
  return wanted.every((want) =>
    words.some((word) => (want.beginning ? word.startsWith(want.word) : word === want.word)),
  )
}
