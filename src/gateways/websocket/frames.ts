import type { Batch, WireFormat } from "../../core/batch.ts"
import { cursorAt } from "../../core/topics.ts"
import { batchedEntries } from "../../core/wire-entry.ts"
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

/** A batch as one `entries` message. */
export const entriesFormat: WireFormat = {
  encode(batch: Batch): Uint8Array {
    return messageFrame({
      op: "entries",
      topic: batch.topic,
      cursor: cursorAt(batch, batch.to),
      from: batch.from,
      entries: batchedEntries(batch.entries),
    })
  },
}
