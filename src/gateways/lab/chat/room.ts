import { LandlineError } from "../../../protocol/errors.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { encodeFrame } from "../../../protocol/lab/chat-frames.ts"

/** A chat client's end, made by its connection. None of these waits or throws. */
export interface ChatReceiver {
  /**
   * Takes what others said: whole messages, each a username frame and a message frame.
   * @returns false when it is full now: these were taken, the next must wait for `ChatMember.resume`
   */
  receive(frames: Uint8Array): boolean
  /** So many messages are no longer kept and will not come. */
  missed(messages: number): void
  /** Nothing more comes. */
  end(reason: LandlineError): void
}

export interface ChatMember {
  /** Resolves once it is taken for good. Calls keep their order. @throws LandlineError */
  say(text: string): Promise<void>
  /** The receiver can take more. */
  resume(): void
  leave(): void
}

/** What is behind the chat service: a room of the hub, or one of its own. */
export interface ChatRoom {
  /**
   * @param receiver gets what others say from now on, never what this member says; left out: hears nothing
   * @throws LandlineError bad_name where the name cannot be used
   */
  join(username: string, receiver?: ChatReceiver): Promise<ChatMember>
}

/** `ada` said `hello`, as it goes over the wire to the others. */
export function encodeMessage(username: string | Uint8Array, text: string | Uint8Array): Uint8Array {
  return concat([encodeFrame(username), encodeFrame(text)])
}

/** The room of the stand-alone service, as the coursework has it: whoever is there hears it, nothing is kept. */
export class BroadcastRoom implements ChatRoom {
  readonly #seats = new Set<Seat>()

  async join(username: string, receiver?: ChatReceiver): Promise<ChatMember> {
    const seat: Seat = { receiver, full: false }
    this.#seats.add(seat)
    return {
      say: async (text) => this.#broadcast(seat, encodeMessage(username, text)),
      resume: () => {
        seat.full = false
      },
      leave: () => {
        this.#seats.delete(seat)
      },
    }
  }

  #broadcast(from: Seat, frames: Uint8Array): void {
    for (const seat of this.#seats) {
      if (seat === from || !seat.receiver) continue
      // There is no log to read from later, so whoever does not read is let go.
      if (seat.full) {
        this.#seats.delete(seat)
        seat.receiver.end(new LandlineError("too_slow"))
      } else seat.full = !seat.receiver.receive(frames)
    }
  }
}

interface Seat {
  readonly receiver: ChatReceiver | undefined
  full: boolean
}
