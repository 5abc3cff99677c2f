import { LandlineError } from "../../../protocol/errors.ts"
import { encode } from "../../../protocol/lab/encodings.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { diagnosePing } from "../../../protocol/lab/ping-diagnosis.ts"
import { answerTo, type PingMessage, PingReader } from "../../../protocol/lab/ping-words.ts"
import { Datagrams, type Peer, peersOf } from "../datagrams.ts"
import { LATE_MS } from "../deliver.ts"
import { type Address, addressText, addressTuple } from "../listener.ts"
import type { LabLog } from "../log.ts"
import { PerSecond, PerSource } from "../per-second.ts"
import type { DatagramWatch } from "../record.ts"
import type { PingSettings } from "./server.ts"

export interface UdpSettings extends Pick<PingSettings, "tokens" | "response" | "encoding" | "echo"> {
  /** Where all answers go; left out: to the address that a datagram came from. */
  readonly to?: Address | undefined
  /** Datagrams of one address that are answered. */
  readonly perSecondMax: number
  /** Datagrams go out whole: all that can be done to them is to be late. */
  readonly deliver?: "normal" | "late"
  /** Left out: nobody keeps what comes and goes. */
  readonly watch?: DatagramWatch
}

/** The lab's ping service over UDP: nothing is sent but answers to known words, none longer than what came. */
export class PingUdp {
  readonly port: number
  /** Resolves when the first word is answered, or the first token came. */
  readonly firstAnswered: Promise<void>
  readonly #datagrams: Datagrams
  readonly #held: Held

  private constructor(datagrams: Datagrams, held: Held, firstAnswered: Promise<void>) {
    this.port = datagrams.port
    this.firstAnswered = firstAnswered
    this.#datagrams = datagrams
    this.#held = held
  }

  /** @throws LandlineError port_in_use | usage */
  static async open(address: Address, log: LabLog, settings: UdpSettings): Promise<PingUdp> {
    const first = Promise.withResolvers<void>()
    const targets = settings.to && (await peersOf(settings.to))
    let to: Peer | undefined
    const held = new Held(settings.deliver === "late" ? LATE_MS : 0)
    const answerer = new Answerer(log, settings)
    const datagrams = await Datagrams.open({
      ...address,
      onDatagram(bytes, from) {
        settings.watch?.came(bytes, from)
        const answer = answerer.answer(bytes, from, to ?? from)
        if (!answer) return
        const target = to ?? from
        held.later(async () => {
          if (answer.bytes) {
            settings.watch?.went(answer.bytes, target)
            await datagrams.send(answer.bytes, target)
          }
          first.resolve()
        })
      },
      onError: (error) => log.warning("send_resp", `A datagram was not sent: ${error.message}`),
    })
    to = targets?.find((peer) => datagrams.reaches(peer))
    if (targets && !to) {
      datagrams.close()
      const why = `Nothing can be sent from ${address.host} to ${settings.to!.host}`
      throw new LandlineError("usage", {}, `${why}. Choose another with --host or --to.`)
    }
    return new PingUdp(datagrams, held, first.promise)
  }

  close(): void {
    this.#held.drop()
    this.#datagrams.close()
  }
}

/** Answers that go out later. */
class Held {
  readonly #ms: number
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(ms: number) {
    this.#ms = ms
  }

  later(send: () => Promise<void>): void {
    if (this.#ms === 0) return void send()
    if (this.#timers.size >= labLimits.lateDatagramsMax) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void send()
    }, this.#ms)
    this.#timers.add(timer)
  }

  drop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}

/** Decides what is answered. */
export class Answerer {
  readonly #log: LabLog
  readonly #settings: UdpSettings
  readonly #rates: PerSource
  readonly #lines = new PerSecond(labLimits.pingLinesPerSecondMax) // sources may be forged, each of them new

  constructor(log: LabLog, settings: UdpSettings) {
    this.#log = log
    this.#settings = settings
    this.#rates = new PerSource(settings.perSecondMax, labLimits.pingSourcesMax)
  }

  /** The answer; without bytes for a token; undefined for what is not answered. */
  answer(bytes: Uint8Array, from: Peer, to: Peer): { readonly bytes?: Uint8Array } | undefined {
    const rate = this.#rates.of(from.address)
    if (!rate.take()) {
      if (rate.justFull && this.#lines.take()) this.#log.warning("recv_message", this.#tooMany(from))
      return undefined
    }
    const source = addressTuple(from.address, from.port)
    const told = this.#lines.take()
    if (this.#settings.echo) {
      if (told) this.#log.info("recv_message", `${source}: ${bytes.length} bytes`)
      return { bytes }
    }
    const message = this.#read(bytes, from, told)
    if (message?.kind === "quit") {
      if (told) this.#log.info("recv_message", `${source}: ${message.text}`)
      return {}
    }
    if (message?.kind !== "ping") {
      const text = message?.kind === "other" ? message.text : `${bytes.length} bytes`
      if (told) this.#log.info("recv_message", `${source}: ${text} (not answered: over UDP only PING is)`)
      return undefined
    }
    if (told) this.#log.info("recv_message", `${source}: ${message.text}`)
    const answer = answerTo(message.text, this.#settings.response)
    return this.#within(bytes.length, answer, addressTuple(to.address, to.port), told)
  }

  /** The message that the datagram is; undefined where it is none, or more than one. */
  #read(bytes: Uint8Array, { address, port }: Peer, told: boolean): PingMessage | undefined {
    const reader = new PingReader({ ...this.#settings, chunkBytes: Math.max(bytes.length, 4) })
    reader.push(bytes)
    const messages: PingMessage[] = []
    for (let next = reader.next(true); next && messages.length < 2; next = reader.next(true)) {
      const diagnosis = diagnosePing(next, this.#settings)
      if (diagnosis && told) this.#log.diagnosis(diagnosis, addressText(address, port))
      if (next.kind !== "nul") messages.push(next)
    }
    return messages.length === 1 ? messages[0] : undefined
  }

  /** A sender may be forged: whoever is struck by the answer must not get more than was spent on it. */
  #within(
    most: number,
    answer: string,
    target: string,
    told: boolean,
  ): { readonly bytes: Uint8Array } | undefined {
    const bytes = encode(answer, this.#settings.encoding)!
    if (bytes.length > most) {
      const why = `it has ${bytes.length} bytes, and over UDP no answer is longer than what came`
      if (told) this.#log.warning("send_resp", `${target}: ${answer} is not sent: ${why}`)
      return undefined
    }
    if (told) this.#log.info("send_resp", `${target}: ${answer}`)
    return { bytes }
  }

  #tooMany({ address }: Peer): string {
    return `${address} sent more than ${this.#settings.perSecondMax} datagrams in a second; the others are not answered`
  }
}
