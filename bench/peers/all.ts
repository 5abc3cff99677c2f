import { landline } from "./landline.ts"
import { nats } from "./nats.ts"
import { ngircd } from "./ngircd.ts"
import type { Peer } from "./peer.ts"
import { socketio } from "./socketio.ts"
import { ws } from "./ws.ts"

export const peers = { landline, nats, ngircd, socketio, ws } satisfies Record<string, Peer>
export type PeerKey = keyof typeof peers
