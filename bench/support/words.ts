const vocabularySize = 2_000
const tagDigits = 7
export const tagBytes = 2 + tagDigits

/** Numbers that look random and are the same in every run (Lehmer's generator, 1951). */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 0x7fffffff
    return state % below
  }
}

const random = generator(1)
const consonants = "bcdfghklmnprstvw"
const vowels = "aeiou"
const vocabulary = Array.from({ length: vocabularySize }, () => {
  let word = ""
  for (let syllables = 1 + random(3); syllables > 0; syllables--)
    word += consonants[random(consonants.length)]! + vowels[random(vowels.length)]!
  return word
})

/** A word that stands in many messages. */
export const commonWord = vocabulary.find((word) => word.length === 2)!

/** A run of numbered messages; its letter tells it from the other runs on the same connection. */
export interface Burst {
  readonly letter: string
  readonly messages: number
  /** Of each message; 128 where nothing is said. */
  readonly textBytes?: number
}

export const textBytesOf = ({ textBytes = 128 }: Burst): number => textBytes

/** The number that stands once in each message, as `^m0000042`. */
export const tag = (burst: Burst, n: number): string =>
  `^${burst.letter}${String(n).padStart(tagDigits, "0")}`

/** Least bytes that a follower receives of a burst: the texts alone. */
export const burstBytesMin = (burst: Burst): number => burst.messages * textBytesOf(burst)

/** Message `n` of a burst: its tag, words, and a `$` at the very end. */
export function textOf(burst: Burst, n: number): string {
  const textBytes = textBytesOf(burst)
  let text = tag(burst, n)
  while (text.length < textBytes) text += ` ${vocabulary[random(vocabularySize)]}`
  return `${text.slice(0, textBytes - 1)}$`
}

/** Whether what was received holds each message of a burst once and in order, and nothing else of it. */
export function isWhole(burst: Burst, received: string): boolean {
  let next = 0
  for (const match of received.matchAll(new RegExp(`\\^${burst.letter}(\\d{${tagDigits}})`, "g")))
    if (Number(match[1]) !== next++) return false
  return next === burst.messages
}
