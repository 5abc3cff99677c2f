import type { Exchanges } from "./exchanges.ts"
import type { Lines } from "./lines.ts"
import type { Turns } from "./turns.ts"

/** What is measured of the lines to a hub. */
export interface Check {
  readonly turns: Turns
  readonly lines: Lines
  readonly exchanges: Exchanges
}
