import { ProbeReplies, type ReplyOptions } from "../../protocol/probe-replies.ts"

interface Source {
  readonly replies: ProbeReplies
  /** Probes that it may still send, as of `at`. */
  left: number
  at: number
}

export interface SourceOptions extends ReplyOptions {
  /** Answers a second to one source, and as many in a burst. */
  readonly rate: number
  /** Sources that are known at a time; of those above, the one first heard of is forgotten. */
  readonly sourcesMax: number
}

/** Answers probes that come as datagrams, so many of each source and no more: an address can be forged. */
export class ProbeSources {
  readonly #options: SourceOptions
  readonly #sources = new Map<string, Source>()

  constructor(options: SourceOptions) {
    this.#options = options
  }

  /**
   * Turns a probe into its reply, in place and just as long.
   * @param address whom it came from
   * @returns false where nothing is to be answered: it is no probe, or one too many
   */
  answer(bytes: Uint8Array, address: string): boolean {
    const now = this.#options.now()
    const source = this.#source(address, now)
    const { rate } = this.#options
    source.left = Math.min(rate, source.left + ((now - source.at) / 1_000) * rate)
    source.at = now
    if (source.left < 1 || !source.replies.answer(bytes, now)) return false
    source.left--
    return true
  }

  #source(address: string, now: number): Source {
    let source = this.#sources.get(address)
    if (source) return source
    if (this.#sources.size >= this.#options.sourcesMax)
      this.#sources.delete(this.#sources.keys().next().value!)
    source = { replies: new ProbeReplies(this.#options), left: this.#options.rate, at: now }
    this.#sources.set(address, source)
    return source
  }
}
