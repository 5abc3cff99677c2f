/** The package's main door: a hub inside one's own program. */
export { type Hub, type HubOptions, startHub } from "./hub.ts"
export { LandlineError } from "../protocol/errors.ts"
