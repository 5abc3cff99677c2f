/**
 * The words of a text as every index takes them: runs of letters, digits and private-use signs, which is how
 * SQLite's unicode61 tokenizer cuts; accents are left out, as it does by default.
 */
export function textWords(text: string): string[] {
  return (
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
  )
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
