/**
 * Messages of the lab's sum service. The same exchange of a name and an integer is met in many formats; none but the
 * lines and the binary ones say where a message ends.
 */
export interface SumMessage {
  readonly name: string
  readonly number: bigint
  /** Only of a reply in JSON: what the server says the sum is, whatever it is. */
  readonly sum?: unknown
  readonly format: SumFormat
}

/**
 * - `json`: an object with these keys; with `line` it ends with a newline.
 * - `text`: name, separator (blanks around it included), number, `end` (a newline or nothing).
 * - `lines`: name and number, each with a newline.
 * - `java`: `writeUTF` and `writeInt`. u16 length, so many bytes of modified UTF-8, i32, all big-endian.
 * - `c260`: `char[256]` that ends with NUL, i32 big-endian.
 */
export type SumFormat =
  | { readonly kind: "json"; readonly nameKey: string; readonly numberKey: string; readonly line: boolean }
  | { readonly kind: "text"; readonly separator: string; readonly end: string }
  | { readonly kind: "lines"; readonly newline: string }
  | { readonly kind: "java" }
  | { readonly kind: "c260" }

/** Which way a message goes: from a client, or back to it. */
export type SumRole = "request" | "reply"

/** What followed the bytes so far: nothing yet, nothing for a `pause`, or the `end` of the stream. */
export type Silence = "none" | "pause" | "end"

/**
 * Why a message is refused. `elsewhere`: another protocol. `not_json`, `no_keys`: an object that is none, or has
 * other keys. `no_name`, `no_number`: it is left out. `not_an_integer`: something else stands there. `encoding`: the
 * name is not UTF-8. `garbage`: neither text nor binary. `nul`: text with its closing NUL. `characters`,
 * `byte_order`: a binary length that counts characters, or has its low byte first. `too_long`: over the limit.
 */
export type SumFaultKind =
  | "elsewhere"
  | "not_json"
  | "no_keys"
  | "no_name"
  | "no_number"
  | "not_an_integer"
  | "encoding"
  | "garbage"
  | "nul"
  | "characters"
  | "byte_order"
  | "too_long"

export interface SumFault {
  readonly kind: SumFaultKind
  /** Place in the message. */
  readonly at: number
  /** How many bytes are wrong; left out, all that follow. */
  readonly bytes?: number
}

/**
 * What bytes are so far, from the beginning of a message. `more`: not a message yet. `whole`: one, unless more comes;
 * only silence can tell. Once decided, more bytes do not change it.
 */
export type SumReading =
  | { readonly state: "message"; readonly message: SumMessage; readonly bytes: number }
  | { readonly state: "more" }
  | { readonly state: "whole" }
  | { readonly state: "refused"; readonly fault: SumFault }

export const MORE: SumReading = { state: "more" }
export const WHOLE: SumReading = { state: "whole" }

export const refused = (kind: SumFaultKind, at: number, bytes?: number): SumReading => ({
  state: "refused",
  fault: bytes === undefined ? { kind, at } : { kind, at, bytes },
})
