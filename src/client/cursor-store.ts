/** Where a program keeps its place in a topic between runs. A cursor is one text, saved and loaded as one value. */
export interface CursorStore {
  load(key: string): string | undefined | Promise<string | undefined>
  save(key: string, cursor: string): void | Promise<void>
}

/** Keeps one follow's cursor: one save at a time, and always the newest; a slow store costs saves, not entries. */
export class CursorKeeper {
  readonly #store: CursorStore | undefined
  readonly #key: string
  #saved: string | undefined
  #newest: string | undefined
  #saving = false

  constructor(store: CursorStore | undefined, key: string) {
    this.#store = store
    this.#key = key
  }

  async load(): Promise<string | undefined> {
    return this.#store?.load(this.#key)
  }

  save(cursor: string | undefined): void {
    this.#newest = cursor
    if (this.#store !== undefined && !this.#saving) void this.#saveAll(this.#store)
  }

  async #saveAll(store: CursorStore): Promise<void> {
    this.#saving = true
    try {
      while (this.#newest !== undefined && this.#newest !== this.#saved) {
        const cursor = this.#newest
        await store.save(this.#key, cursor)
        this.#saved = cursor
      }
    } finally {
      this.#saving = false
    }
  }
}
