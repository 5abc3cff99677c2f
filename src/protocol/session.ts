/** The names of the session protocol. Apart from the schemas, so that a client needs no checker to know them. */
export const SUBPROTOCOL = "landline.v1"
export const SESSION_PATH = "/session"
export const VERSION = 1
