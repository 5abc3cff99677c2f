/**
 * The words of a text as every index takes them: runs of letters, digits and private-use signs, which is how
 * SQLite's unicode61 tokenizer cuts; accents are left out, as it does by default.
 */
export function searchWords(text: string): string[] {
  return (
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
  )
}
