import { ProbeReplies, type ReplyOptions } from "../../protocol/probe-replies.ts"

interface Source {
  readonly replies: ProbeReplies
  /** Probes that it may still send, as of `at`. */
  left: number
  at: number
}

/** Whom a datagram came from. */
export interface Sender {
  readonly address: string
  readonly port: number
}

export interface SourceOptions extends ReplyOptions {
  /** Answers a second to one source, and as many in a burst. */
  readonly rate: number
  /** Sources that are known at a time; of those above, the one not heard of for longest is forgotten. */
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
   * @param from whom it came from
   * @returns false where nothing is to be answered: it is no probe, or one too many, or cannot be answered
   */
  answer(bytes: Uint8Array, { address, port }: Sender): boolean {
    if (port === 0) return false // RFC 768: who sends from it wants no reply, and nothing can be sent to it
    const now = this.#options.now()
    const source = this.#source(address, now)
    const { rate } = this.#options
    const passedMs = Math.max(0, now - source.at) // the clock may be set back
    source.left = Math.min(rate, source.left + (passedMs / 1_000) * rate)
    source.at = now
    if (source.left < 1 || !source.replies.answer(bytes, now)) return false
    source.left--
    return true
  }

  #source(address: string, now: number): Source {
    const { rate, sourcesMax } = this.#options
    const known = this.#sources.get(address)
    if (known)
      this.#sources.delete(address) // the one heard of last stands last
    else if (this.#sources.size >= sourcesMax) this.#sources.delete(this.#sources.keys().next().value!)
    const source = known ?? { replies: new ProbeReplies(this.#options), left: rate, at: now }
    this.#sources.set(address, source)
    return source
  }
}
