import type { Batch, WireFormat } from "../../core/batch.ts"
import type { Entry } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { batchedEntries } from "../../core/wire-entry.ts"
import { limits } from "../../protocol/limits.ts"
import type { HubMessage } from "../../protocol/messages.ts"

const FIN_TEXT = 0x81

/** One whole unmasked text frame (RFC 6455, section 5.2), ready to be written to any number of sockets. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafeSlow(header + length)
  frame[0] = FIN_TEXT
  if (header === 2) frame[1] = length
  else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, header)
  return frame
}

export const messageFrame = (message: HubMessage): Buffer => textFrame(JSON.stringify(message))

/** A batch as one or several `entries` messages, each of at most limits.entriesBytesMax of bodies. */
export const entriesFormat: WireFormat = {
  encode(batch: Batch): Uint8Array {
    const frames: Buffer[] = []
    let begin = 0
    let bytes = 0
    for (let index = 0; index < batch.entries.length; index++) {
      const { length } = batch.entries[index]!.body
      if (index > begin && bytes + length > limits.entriesBytesMax) {
        frames.push(entriesFrame(batch, batch.entries.slice(begin, index)))
        begin = index
        bytes = 0
      }
      bytes += length
    }
    const last = entriesFrame(batch, begin === 0 ? batch.entries : batch.entries.slice(begin))
    return frames.length === 0 ? last : Buffer.concat([...frames, last])
  },
}

const entriesFrame = ({ topic, epoch }: Batch, entries: readonly Entry[]): Buffer =>
  messageFrame({
    op: "entries",
    topic,
    cursor: cursorAt({ epoch }, entries.at(-1)!.offset),
    from: entries[0]!.offset,
    entries: batchedEntries(entries),
  })
