import type { Socket } from "node:net"

/** How answers are delivered: all of these are what TCP may do to any program. */
export const DELIVERIES = ["normal", "bytes", "glued", "slow", "late"] as const
export type Delivery = (typeof DELIVERIES)[number]
