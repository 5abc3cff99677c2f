import { type EntryKind, MESSAGE_KINDS } from "../protocol/entry.ts"
import { LandlineError } from "../protocol/errors.ts"
import type { AppendOptions, Producer, TopicStat } from "./topic-log.ts"

/** A producer's last place in a topic. */
export interface ProducerState {
  readonly epoch: number
  readonly seq: number
}

/**
 * What `TopicLog.append` demands of an append, the same in every log.
 * @param known the producer's last place, where it has one @param drafts how many are appended
 * @returns whether all of it is stored already
 * @throws LandlineError topic_closed | tail_moved | mark_passed | sequence_gap | forbidden
 */
export function checkAppend(
  stat: Pick<TopicStat, "topic" | "tail" | "closed" | "mark">,
  known: ProducerState | undefined,
  drafts: number,
  { producer, ifTail, mark }: AppendOptions,
): "store" | "duplicate" {
  if (producer) {
    const { epoch, seq } = known ?? { epoch: producer.epoch, seq: 0 }
    if (producer.epoch < epoch)
      throw new LandlineError("forbidden", { epoch }, "A newer run of this producer has written since.")
    const last = producer.epoch > epoch ? 0 : seq
    if (producer.seq <= last) {
      if (producerAfter(producer, drafts).seq <= last) return "duplicate"
      const say = "A part of these messages is stored already. Send what comes after it alone."
      throw new LandlineError("sequence_gap", { expected: last + 1, epoch }, say)
    }
    if (producer.seq > last + 1)
      throw new LandlineError("sequence_gap", { expected: last + 1, epoch: known?.epoch })
  }
  // Duplicates come first: a retry of the append that closed the topic, or moved its tail, has succeeded.
  if (stat.closed) throw new LandlineError("topic_closed", { topic: stat.topic })
  if (ifTail !== undefined && ifTail !== stat.tail)
    throw new LandlineError("tail_moved", { topic: stat.topic, tail: stat.tail })
  if (mark !== undefined && mark <= stat.mark) throw new LandlineError("mark_passed", { topic: stat.topic })
  return "store"
}

/** The producer's last place after an append of so many drafts. */
export function producerAfter({ epoch, seq, perAppend }: Producer, drafts: number): ProducerState {
  return { epoch, seq: perAppend ? seq : seq + drafts - 1 }
}

export const countsAsMessage = (kind: EntryKind): boolean => MESSAGE_KINDS.includes(kind)
