/** A message box, of which so many characters at its beginning are what came back into it. */
export interface Box {
  readonly text: string
  readonly characters: number
}

/** What could not be said goes before what was typed since, and after what came back earlier: it was said later. */
export function givenBack({ text, characters }: Box, said: string): Box {
  const head = characters === 0 ? said : `${text.slice(0, characters)}\n${said}`
  const since = text.slice(characters)
  return {
    text: characters === 0 && since !== "" ? `${head}\n${since}` : head + since,
    characters: head.length,
  }
}
