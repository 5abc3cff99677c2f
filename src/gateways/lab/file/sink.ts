/** What is behind the file service: a folder, the hub's files, or both. */
export interface FileSink {
  /**
   * Begins to take a file.
   * @param name safe to be a file's name; it may be there already
   * @param sender address of the peer
   * @throws LandlineError in words for the log
   */
  begin(name: string, sender: string): Promise<IncomingFile>
}

/** A file on its way in; nobody sees it. One call at a time. */
export interface IncomingFile {
  /** What it will be called, unless another program takes that name meanwhile. */
  readonly name: string
  /** Resolves when the next may be written. @throws LandlineError */
  write(bytes: Uint8Array): Promise<void>
  /**
   * It is whole, and appears.
   * @param front bytes that belong before all that was written
   * @returns what it is called
   * @throws LandlineError, and then it is to be discarded
   */
  keep(front: Uint8Array): Promise<string>
  /** Nothing of it stays, also after a write or `keep` that failed. Never throws. */
  discard(): Promise<void>
}

/** Puts each file into several places; the last one names it. */
export class SeveralSinks implements FileSink {
  readonly #sinks: readonly FileSink[]

  constructor(sinks: readonly FileSink[]) {
    this.#sinks = sinks
  }

  async begin(name: string, sender: string): Promise<IncomingFile> {
    const files: IncomingFile[] = []
    const discard = async () => void (await Promise.all(files.map((file) => file.discard())))
    try {
      for (const sink of this.#sinks) files.push(await sink.begin(name, sender))
    } catch (error) {
      await discard()
      throw error
    }
    return {
      name: files.at(-1)!.name,
      write: async (bytes) => void (await Promise.all(files.map((file) => file.write(bytes)))),
      async keep(front) {
        let called = name
        while (files.length > 0) {
          called = await files[0]!.keep(front)
          files.shift() // what is kept in one place stays there when another fails
        }
        return called
      },
      discard,
    }
  }
}
