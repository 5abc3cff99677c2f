import type { Chat } from "../../../capabilities/chat/chat.ts"
import type { Batch } from "../../../core/batch.ts"
import type { Follower } from "../../../core/follower.ts"
import type { People } from "../../../core/people.ts"
import type { Presence } from "../../../core/presence.ts"
import type { Entry } from "../../../core/topic-log.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { plainName } from "../../../protocol/names.ts"
import { type ChatMember, type ChatReceiver, type ChatRoom, encodeMessage } from "./room.ts"

export interface HubRoomParts {
  readonly chat: Chat
  readonly people: People
  readonly presence: Presence
  readonly room: string
}

/** How a batch goes to a lab client: what people said, under their plain names. */
const chatFormat = { encode: (batch: Batch) => encodeEntries(batch.entries) }

/** A room of the hub, for lab clients: each is a guest, and hears what is said from now on. */
export class HubRoom implements ChatRoom {
  readonly #parts: HubRoomParts

  constructor(parts: HubRoomParts) {
    this.#parts = parts
  }

  async join(username: string, receiver?: ChatReceiver): Promise<ChatMember> {
    const { chat, people, presence, room } = this.#parts
    const who = people.guest(username)
    try {
      const follow = await chat.follow(who, room, "now")
      const follower = receiver && follow.start(receiverFor(who.name, receiver))
      const { topic } = follow.stat
      presence.join(topic, who.name)
      return {
        say: async (text) => void (await chat.say(who, room, text)),
        resume: () => follower?.resume(),
        leave: () => leave(follower),
      }
      function leave(follower: Follower | undefined): void {
        follower?.close()
        presence.leave(topic, who.name)
        people.leave(who)
      }
    } catch (error) {
      people.leave(who)
      throw error
    }
  }
}

function receiverFor(author: string, receiver: ChatReceiver) {
  return {
    full: false, // this follower is the only one that fills the socket, and what deliver returns is enough
    deliver(batch: Batch): boolean {
      const own = batch.entries.some((entry) => entry.author === author)
      const frames = own
        ? encodeEntries(batch.entries.filter((entry) => entry.author !== author))
        : batch.encoded(chatFormat)
      return receiver.receive(frames)
    },
    gap(from: number, to: number): boolean {
      receiver.missed(to - from + 1)
      return true
    },
    end: receiver.end,
  }
}

function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const said = entries.filter(({ kind }) => kind === "text")
  return concat(said.map(({ author, body }) => encodeMessage(plainName(author), body)))
}
