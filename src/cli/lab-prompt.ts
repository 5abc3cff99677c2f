import { clearLine, createInterface, cursorTo, type Interface } from "node:readline"
import { printableLine } from "../protocol/text.ts"

/** Lines of stdin, and lines to stdout that come in between: above one's own prompt on a terminal. */
export class LabPrompt {
  readonly #prompt: string
  readonly #terminal: boolean
  #readline: Interface | undefined

  /** @param terminal false: plain lines, also on a terminal */
  constructor(prompt: string, terminal: boolean) {
    this.#prompt = printableLine(prompt)
    this.#terminal = terminal && process.stdin.isTTY && process.stdout.isTTY
  }

  /** What is typed, until the end of stdin. */
  async *lines(): AsyncGenerator<string> {
    const readline = createInterface({
      input: process.stdin,
      ...(this.#terminal && { output: process.stdout, prompt: this.#prompt }),
    })
    this.#readline = readline
    // On a terminal Ctrl-C is a key first.
    readline.on("SIGINT", () => process.kill(process.pid, "SIGINT"))
    if (this.#terminal) readline.prompt()
    for await (const line of readline) {
      yield line
      if (this.#terminal) readline.prompt()
    }
  }

  print(line: string): void {
    if (this.#terminal && this.#readline) {
      clearLine(process.stdout, 0)
      cursorTo(process.stdout, 0)
    }
    process.stdout.write(`${printableLine(line)}\n`)
    if (this.#terminal) this.#readline?.prompt(true)
  }

  /** Gives the terminal back; the cursor stands on a line of its own. */
  close(): void {
    if (this.#terminal && this.#readline) process.stdout.write("\n")
    this.#readline?.close()
    this.#readline = undefined
  }
}
