/** The package's main door: a hub inside one's own program. */

export { LandlineError } from "../protocol/errors.ts"
export { type Hub, type HubOptions, startHub } from "./hub.ts"
