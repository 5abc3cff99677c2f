import type { IncomingMessage } from "node:http"
import { LandlineError } from "../../protocol/errors.ts"
import { fileName } from "../../protocol/file-names.ts"
import { RunningDigest, sha256In } from "./digest.ts"
import type { HubHttp } from "./hub-http.ts"
import { keepTrying } from "./keep-trying.ts"
import type { Told } from "./upload.ts"

/** What the hub says of a file that it gives. */
export interface Given {
  /** Safe. */
  readonly name: string
  readonly bytes: number
  readonly type: string
  readonly sha256: string
  /** Files inside a folder; 0 for a file. */
  readonly items: number
}

/** Where the bytes go. */
export interface Sink {
  /** Whether an earlier run may have left something. */
  mayGoOn(): boolean
  /**
   * Called once, when it is known what comes.
   * @param digest is given what is here already
   * @returns how many bytes are here already
   */
  begin(file: Given, digest: RunningDigest, told: Told): Promise<number>
  write(piece: Uint8Array): Promise<void>
  /** Resolves when everything so far is written. */
  flush(): Promise<void>
}

/** Gets one file and counts its SHA-256, going on where it was cut. */
export class Download {
  readonly #hub: HubHttp
  readonly #path: string
  readonly #sink: Sink
  readonly #tell: (file: Given) => Told
  readonly #digest = new RunningDigest()
  #file: Given | undefined
  #told: Told | undefined
  #at = 0

  /** @param path at the hub @param tell who is told, once it is known what comes */
  constructor(hub: HubHttp, path: string, sink: Sink, tell: (file: Given) => Told) {
    this.#hub = hub
    this.#path = path
    this.#sink = sink
    this.#tell = tell
  }

  /** @throws LandlineError what the hub refuses for good; checksum_mismatch; what the sink throws */
  async run(): Promise<Given> {
    try {
      await keepTrying(() => this.#attempt(), {
        progress: () => this.#at,
        reached: () => this.#hub.reached,
        failed: (error) => this.#told?.failed(error),
      })
    } finally {
      this.#told?.transfer.end()
      // What came is kept, whatever happened: the next run goes on there.
      await this.#sink.flush()
    }
    const file = this.#file!
    if (this.#digest.sha256() === file.sha256) return file
    const say = `${file.name} arrived damaged: its SHA-256 is not the one that the hub tells. Get it again.`
    throw new LandlineError("checksum_mismatch", {}, say)
  }

  async #attempt(): Promise<void> {
    if (!this.#file && this.#sink.mayGoOn()) await this.#look()
    if (this.#at > 0 && this.#at === this.#file!.bytes) return
    const from = this.#at
    const answer = await this.#hub.request("GET", this.#path, { headers: this.#wanted() })
    try {
      await this.#begin(givenBy(answer))
      // Another that gets the same has begun meanwhile: what it has is not asked for again.
      if (this.#at !== from) {
        answer.destroy()
        return await this.#attempt()
      }
      if (answer.statusCode !== (this.#at > 0 ? 206 : 200)) throw replaced(this.#file!)
      await this.#receive(answer)
    } finally {
      answer.destroy()
    }
    if (this.#at < this.#file!.bytes) throw this.#hub.lost()
  }

  /** Asks what comes, before any of it does. What is refused here is refused again, in words, by GET. */
  async #look(): Promise<void> {
    const answer = await this.#hub.request("HEAD", this.#path).catch(() => undefined)
    answer?.resume()
    if (answer) await this.#begin(givenBy(answer))
  }

  async #begin(file: Given): Promise<void> {
    if (this.#file && this.#file.sha256 !== file.sha256) throw replaced(file)
    if (this.#file) return
    this.#file = file
    this.#told = this.#tell(file)
    this.#at = await this.#sink.begin(file, this.#digest, this.#told)
    this.#told.transfer.begin(this.#at)
  }

  /** RFC 9110 13.1.5: the rest, if it is the rest of the same file. */
  #wanted(): Record<string, string> {
    if (this.#at === 0) return {}
    return { range: `bytes=${this.#at}-`, "if-range": `"${this.#file!.sha256}"` }
  }

  async #receive(answer: IncomingMessage): Promise<void> {
    const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    for (;;) {
      const next = await pieces.next().catch((error) => {
        throw this.#hub.lost(error)
      })
      if (next.done) return
      this.#digest.add(next.value, this.#at)
      await this.#sink.write(next.value)
      this.#at += next.value.length
      this.#told!.transfer.at(this.#at)
    }
  }
}

/** @throws LandlineError bad_request where the answer is not that of a Landline hub */
function givenBy({ headers }: IncomingMessage): Given {
  const sha256 = sha256In(headers["repr-digest"])
  const total = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1] ?? headers["content-length"]
  if (sha256 === undefined || total === undefined)
    throw new LandlineError("bad_request", {}, "What answers there is no file of a Landline hub.")
  return {
    name: fileName(nameIn(headers["content-disposition"] ?? "")),
    bytes: Number(total),
    type: headers["content-type"] ?? "",
    sha256,
    items: Number(headers["landline-items"] ?? 0),
  }
}

/** RFC 6266: `filename*` has the name itself. */
function nameIn(disposition: string): string {
  const [, encoded] = /filename\*=UTF-8''([^;]*)/i.exec(disposition) ?? []
  try {
    return decodeURIComponent(encoded ?? "")
  } catch {
    return ""
  }
}

const replaced = ({ name }: Given): LandlineError =>
  new LandlineError("unknown_file", {}, `The hub now has something else in place of ${name}. Get it again.`)
