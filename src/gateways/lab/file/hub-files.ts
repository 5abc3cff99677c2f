import type { Files } from "../../../capabilities/files/files.ts"
import type { Author } from "../../../core/author.ts"
import type { People } from "../../../core/people.ts"
import type { FileSink, IncomingFile } from "./sink.ts"

export interface HubFilesParts {
  readonly files: Pick<Files, "start" | "write" | "join" | "abandon">
  readonly people: People
  readonly room: string
}

/** The hub's files: what arrives is announced in a room, sent by a guest who goes by the peer's address. */
export class HubFiles implements FileSink {
  readonly #parts: HubFilesParts

  constructor(parts: HubFilesParts) {
    this.#parts = parts
  }

  async begin(name: string, sender: string): Promise<IncomingFile> {
    const { files, people, room } = this.#parts
    const who = people.guest(sender)
    try {
      const uploads = [await begun(files, who)]
      const [main] = uploads as [Part]
      return {
        name: `recv-${name}`,
        write: main.write,
        async keep(front) {
          await main.end()
          if (front.length > 0) {
            const first = await begun(files, who)
            uploads.unshift(first)
            await first.write(front)
            await first.end()
          }
          await files.join(
            who,
            uploads.map(({ id }) => id),
            { name, room },
          )
          people.leave(who)
          return `recv-${name}`
        },
        async discard() {
          await Promise.all(uploads.map((upload) => upload.discard()))
          people.leave(who)
        },
      }
    } catch (error) {
      people.leave(who)
      throw error
    }
  }
}

/**
 * An upload that becomes no file by itself: where a file begins is known only at its end, so what came is joined
 * then to what belongs before it.
 */
interface Part {
  readonly id: string
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  discard(): Promise<void>
}

async function begun(files: HubFilesParts["files"], who: Author): Promise<Part> {
  const { record } = await files.start(who, { partial: true })
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const stored = files.write(record.id, 0, readable, { end: true })
  // Whoever waits to write must hear of it too.
  stored.catch((error) => writer.abort(error).catch(() => {}))
  const telling = async (work: Promise<void>) => {
    try {
      await work
    } catch (error) {
      await stored // rejects with why
      throw error
    }
  }
  return {
    id: record.id,
    write: (bytes) => telling(writer.write(bytes)),
    async end() {
      await telling(writer.close())
      await stored
    },
    async discard() {
      await writer.abort().catch(() => {})
      await stored.catch(() => {})
      await files.abandon(record.id).catch(() => {})
    },
  }
}
