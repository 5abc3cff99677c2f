/** Who acts, as every gateway hands it to a capability. */
export interface Author {
  /** How entries are signed: `ada`, or `~ada` where the name is not proven. One text, one present session. */
  readonly name: string
  /** A member has proven the name by a device; a guest has not. */
  readonly role: Role
}

/** Later roles (owner, invited) come between and above these. */
export type Role = "guest" | "member"

/** Who signs what the hub itself has to say: nobody can claim that name. */
export const HUB: Author = { name: "hub", role: "member" }
