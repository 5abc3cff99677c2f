import type { Retention, TopicStat } from "./topic-log.ts"
import type { Topics } from "./topics.ts"

const INTERVAL_MS = 5_000

/** Keeps every topic within its bounds, a little after they are passed. */
export class Retainer {
  readonly #topics: Topics
  readonly #retentionOf: (stat: TopicStat) => Retention
  #timer: NodeJS.Timeout | undefined

  constructor(topics: Topics, retentionOf: (stat: TopicStat) => Retention) {
    this.#topics = topics
    this.#retentionOf = retentionOf
  }

  /** @param onError told of a trim that failed; the next round tries again */
  begin(onError: (error: unknown) => void): void {
    this.#timer = setTimeout(() => {
      this.round()
        .catch(onError)
        .finally(() => this.#timer && this.begin(onError))
    }, INTERVAL_MS).unref()
  }

  async round(): Promise<void> {
    for (const stat of await this.#topics.list()) {
      const retention = this.#retentionOf(stat)
      if (Object.keys(retention).length > 0 && stat.tail >= stat.head)
        await this.#topics.trim(stat.topic, retention)
    }
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
