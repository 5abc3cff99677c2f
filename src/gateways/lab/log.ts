import { type Diagnosis, formatDiagnosis } from "../../protocol/lab/diagnosis.ts"
import { printableLine } from "../../protocol/text.ts"

export type LabLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR"

/** One line of a lab service's log. */
export interface LabLine {
  readonly level: LabLevel
  /** Who says it, named after the function of the coursework that does. */
  readonly function: string
  /** One line, safe for a terminal. */
  readonly message: string
  /** ms since 1970 */
  readonly time: number
  /** Only of `[diagnosis]` lines. */
  readonly diagnosis?: Diagnosis & { readonly peer: string; readonly address: string }
}

/** The coursework's shape: `[INFO] [start]: message`. */
export const asText = (line: LabLine): string => `[${line.level}] [${line.function}]: ${line.message}`

/** Where a lab service says what it does. What peers sent may stand in a message as it came. */
export class LabLog {
  readonly #write: (line: LabLine) => void

  constructor(write: (line: LabLine) => void) {
    this.#write = write
  }

  debug(from: string, message: string): void {
    this.#say("DEBUG", from, message)
  }

  info(from: string, message: string): void {
    this.#say("INFO", from, message)
  }

  warning(from: string, message: string): void {
    this.#say("WARNING", from, message)
  }

  error(from: string, message: string): void {
    this.#say("ERROR", from, message)
  }

  /**
   * What only Landline does: says which byte of a peer is wrong, and what to mend.
   * @param peer as the line calls it @param address `127.0.0.1:5000`, where it is called by name
   */
  diagnosis(diagnosis: Diagnosis, peer: string, address = peer): void {
    this.#say("WARNING", "diagnosis", formatDiagnosis(diagnosis, peer), { ...diagnosis, peer, address })
  }

  #say(level: LabLevel, from: string, message: string, diagnosis?: LabLine["diagnosis"]): void {
    const line = { level, function: from, message: printableLine(message), time: Date.now() }
    this.#write(diagnosis ? { ...line, diagnosis } : line)
  }
}
