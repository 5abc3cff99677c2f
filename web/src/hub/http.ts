import { type ErrorCode, LandlineError } from "../../../src/client/main.ts"
import type { Identity } from "./identity.ts"

/** The hub's HTTP doors, as the person of this browser. */
export class HubHttp {
  readonly #who: Identity

  constructor(who: Identity) {
    this.#who = who
  }

  /** Headers that prove who asks. */
  get headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.#who.device}`, Accept: "application/json" }
  }

  /** A path with who asks: a header could not carry every name. */
  path(path: string): string {
    return `${path}${path.includes("?") ? "&" : "?"}as=${encodeURIComponent(this.#who.name)}`
  }

  /**
   * Asks, and gives the answer's JSON; undefined where there is none.
   * @throws LandlineError what the hub says, or no_hub
   */
  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await this.fetch(path, init)
    return (response.status === 204 ? undefined : await response.json()) as T
  }

  /** @throws LandlineError what the hub says, or no_hub */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(this.path(path), {
      ...init,
      headers: { ...this.headers, ...(init.headers as Record<string, string> | undefined) },
    }).catch((error: Error) => {
      if (error.name === "AbortError") throw error
      throw new LandlineError(
        "no_hub",
        {},
        "The hub does not answer. It is asked again when the line is back.",
      )
    })
    if (response.ok) return response
    throw await refusal(response)
  }
}

interface Refusal {
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly details: Record<string, never>
  }
}

async function refusal(response: Response): Promise<LandlineError> {
  try {
    const { error } = (await response.json()) as Refusal
    return new LandlineError(error.code, error.details, error.message)
  } catch {
    return new LandlineError(
      "internal",
      {},
      `The hub answered with ${response.status}, in words this page cannot read.`,
    )
  }
}
