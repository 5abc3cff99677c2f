import { jetstream } from "./jetstream.ts"
import { landline, landlineFeed } from "./landline.ts"
import { nats } from "./nats.ts"
import { ngircd } from "./ngircd.ts"
import type { Peer } from "./peer.ts"
import { socketio } from "./socketio.ts"
import { ws } from "./ws.ts"

export const peers = { landline, landlineFeed, nats, jetstream, ngircd, socketio, ws } satisfies Record<
  string,
  Peer
>
export type PeerKey = keyof typeof peers
