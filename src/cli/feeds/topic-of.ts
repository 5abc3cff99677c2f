import type { Session } from "../../client/main.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { feedName, feedTopic, roomName, roomTopic, type TopicName, topicName } from "../../protocol/names.ts"

/**
 * The topic that a name means: `feed/x` and `room/x` say it exactly; else it is a feed where the hub has one, and
 * else a room. @throws LandlineError bad_name | unknown_topic
 */
export async function topicOf(session: Session, text: string): Promise<TopicName> {
  if (/^(feed|room)\//.test(text)) return topicName(text)
  const name = feedName(text) // which every room's name is as well
  if (await hasFeed(session, name)) return feedTopic(name)
  if (!name.includes("/") && (await session.rooms()).some(({ room }) => room === roomName(name)))
    return roomTopic(name)
  throw new LandlineError(
    "unknown_topic",
    { name },
    `There is neither a feed nor a room ${name}. \`landline feeds\` and \`landline rooms\` list what there is.`,
  )
}

async function hasFeed(session: Session, name: string): Promise<boolean> {
  try {
    await session.feed(name)
    return true
  } catch (error) {
    if (error instanceof LandlineError && error.code === "unknown_feed") return false
    throw error
  }
}

/** The name of a feed as people may write it: `temp` or `feed/temp`. @throws LandlineError bad_name */
export function feedNamed(text: string): string {
  if (text.startsWith("room/"))
    throw new LandlineError(
      "bad_name",
      { name: text },
      `${text} means a room, where \`landline say\` speaks. A feed of that name is feed/${text}.`,
    )
  return feedName(text.replace(/^feed\//, ""))
}
