// Marks that writers leave out or add as they like: accents, Hebrew points, Arabic vowel signs. Other marks, such
// as the vowels of Devanagari and the voicing of kana, make another word.
const OPTIONAL_MARKS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]/g

/**
 * A text as every index compares it: what differs only in accents, in case or in how it is composed (Unicode
 * UAX 15) becomes the same.
 */
export function fold(text: string): string {
  const bare = text.normalize("NFKD").replace(OPTIONAL_MARKS, "")
  // Capitals last: the sigmas and the two ways to write a sharp s are one only there.
  return bare.toLowerCase().toUpperCase().normalize("NFC")
}

/** The words of a text, folded: runs of letters, digits, marks and private-use signs. */
export function textWords(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []
}

export interface SearchWord {
  readonly word: string
  /** Whether it is the beginning of a word: written `hel*`. */
  readonly beginning: boolean
}

/** What a query asks for: every one of these. */
export function searchWords(query: string): SearchWord[] {
  return query.split(/\s+/).flatMap((part) => {
    const words = textWords(part)
    return words.map((word, index) => ({ word, beginning: index === words.length - 1 && part.endsWith("*") }))
  })
}
