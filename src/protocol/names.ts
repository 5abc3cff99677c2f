import { LandlineError } from "./errors.ts"
import { limits } from "./limits.ts"

/**
 * Names of people and rooms. A room's name is safe as it stands in a path or an address. A person's name holds
 * no control and nothing invisible, but may hold any visible sign: it never becomes a path, and is escaped
 * where it is written into HTML or a header.
 */

// Controls, formats (bidi overrides and zero-width marks among them), surrogates, private use, unassigned,
// line and paragraph separators.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u
// Invisible without being of category C: fillers, variation selectors and two blank symbols (braille, music),
// which would make two names look alike.
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u{2800}\u{1d159}]/u
const GUEST = "~"

/**
 * A person's name as shown: NFC, outer blanks removed, inner runs of blanks made one.
 * @throws LandlineError bad_name, with the reason in words.
 */
export function personName(text: string): string {
  const name = text
    .normalize("NFC")
    .replace(/\p{Zs}+/gu, " ")
    .trim()
  if (name === "") throw new LandlineError("bad_name", {}, "A name needs at least one letter.")
  if ([...name].length > limits.nameCharactersMax)
    throw new LandlineError("bad_name", {}, `A name has at most ${limits.nameCharactersMax} characters.`)
  if (UNPRINTABLE.test(name) || INVISIBLE.test(name))
    throw new LandlineError("bad_name", {}, "A name cannot hold control or invisible characters.")
  if (!/[\p{L}\p{N}\p{S}]/u.test(name))
    throw new LandlineError("bad_name", {}, "A name needs at least one letter or digit.")
  if (/^\p{M}/u.test(name))
    throw new LandlineError(
      "bad_name",
      {},
      "A name cannot begin with a mark that sits on the letter before it.",
    )
  // Its full-width twin as well.
  if (name.normalize("NFKC").includes(GUEST))
    throw new LandlineError("bad_name", {}, "The sign ~ marks guests and cannot be part of a name.")
  return name
}

/** Two names with one key are the same name to the hub: NFKC, case-folded (UAX 15, Unicode 3.13). */
export function nameKey(name: string): string {
  // Lower case first: only so does the capital sharp s meet its small one, which is SS in upper case.
  return name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC")
}

/** The author text of somebody who has not proven the name: `~ada`, and `~ada~2` for the second of them. */
export function guestAuthor(name: string, nth: number): string {
  return nth === 1 ? `${GUEST}${name}` : `${GUEST}${name}${GUEST}${nth}`
}

export function isGuest(author: string): boolean {
  return author.startsWith(GUEST)
}

/** 2 of `~ada~2`, 1 of `~ada`. */
export function guestNumber(author: string): number {
  return Number(/~(\d+)$/.exec(author.slice(1))?.[1] ?? 1)
}

/** The name that a guest gave: `ada` of `~ada~2`. Other authors are returned as they are. */
export function plainName(author: string): string {
  return isGuest(author) ? author.slice(1).replace(/~\d+$/, "") : author
}

// Letters, marks and digits of any script; and . _ - inside. A name in this form is safe in a URL segment.
const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u

const NAMES_KEPT = 1_000

/** Every message names its topic, and most name the same few. */
function remembering(check: (text: string) => string): (text: string) => string {
  const names = new Map<string, string>()
  return (text) => {
    const known = names.get(text)
    if (known !== undefined) return known
    const name = check(text)
    if (names.size >= NAMES_KEPT) names.clear()
    names.set(text, name)
    return name
  }
}

/**
 * A room's name in its one form: NFKC, lower case. `Lobby` and `lobby` are one room.
 * @throws LandlineError bad_name
 */
export const roomName = remembering(checkedRoomName)

function checkedRoomName(text: string): string {
  const name = nameKey(text.trim())
  if (!isRoom(name))
    throw new LandlineError(
      "bad_name",
      {},
      `A room's name is 1 to ${limits.nameCharactersMax} letters, digits, dots, dashes or underscores, and begins with a letter or digit.`,
    )
  return name
}

/**
 * A feed's name in its one form: one or more segments in the form of a room's name, with `/` between them, at most
 * limits.feedNameCharactersMax in all. @throws LandlineError bad_name
 */
export const feedName = remembering(checkedFeedName)

function checkedFeedName(text: string): string {
  const segments = text.split("/")
  const name = segments.map(nameKey).join("/")
  if (!segments.every((segment) => isRoom(nameKey(segment))) || name.length > limits.feedNameCharactersMax)
    throw new LandlineError(
      "bad_name",
      {},
      `A feed's name is letters, digits, dots, dashes or underscores, in segments with / between them, at most ${limits.feedNameCharactersMax} in all; each begins with a letter or digit.`,
    )
  return name
}

const isRoom = (name: string): boolean =>
  ROOM.test(name) && !INVISIBLE.test(name) && [...name].length <= limits.nameCharactersMax

/** `room/lobby`: the kind of topic, then its name. */
export type TopicName = `${"room" | "feed"}/${string}`

/** The room that every hub has: the default everywhere. */
export const LOBBY = "lobby"

export const roomTopic = (room: string): TopicName => `room/${roomName(room)}`
export const roomOf = (topic: string): string => topic.slice("room/".length)
export const isFeed = (topic: string): boolean => topic.startsWith("feed/")
export const feedTopic = (feed: string): TopicName => `feed/${feedName(feed)}`
export const feedOf = (topic: string): string => topic.slice("feed/".length)

/** @throws LandlineError bad_name | unknown_topic */
export function topicName(text: string): TopicName {
  if (text.startsWith("room/")) return roomTopic(roomOf(text))
  if (text.startsWith("feed/")) return feedTopic(feedOf(text))
  throw new LandlineError("unknown_topic", { topic: text.slice(0, 80) })
}
