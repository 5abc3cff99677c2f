import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { FastifyInstance } from "fastify"
import { LandlineError } from "../../protocol/errors.ts"
import type { HttpParts } from "./gateway.ts"
import { rootPage, STYLE } from "./root-page.ts"
import { sendApp, wantsPage } from "./web.ts"

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64")
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

const PYTHON_FILE = new URL("./landline.py", import.meta.url) // the build copies it beside us

/** The root page, the client libraries, and what operators ask. */
export function registerPages(app: FastifyInstance, parts: HttpParts): void {
  app.get("/", async (request, reply) => {
    if (parts.webFolder !== undefined && wantsPage(request)) return sendApp(reply)
    const guest = { name: "~page", role: "guest" } as const
    const page = rootPage({
      ...parts.hub,
      host: request.headers.host ?? "",
      room: parts.startRoom,
      rooms: await parts.chat.rooms(guest),
    })
    return reply.type("text/html; charset=utf-8").header("Content-Security-Policy", PAGE_POLICY).send(page)
  })

  app.get("/client.js", async (_request, reply) => {
    const missing = new LandlineError(
      "not_found",
      {},
      "The browser library is not built here: run `npm run build`.",
    )
    if (!parts.clientFile) throw missing
    const file = await readFile(parts.clientFile).catch(() => Promise.reject(missing))
    return reply.type("text/javascript; charset=utf-8").send(file)
  })

  app.get("/landline.py", async (_request, reply) =>
    reply.type("text/x-python; charset=utf-8").send(await readFile(PYTHON_FILE)),
  )

  app.get("/healthz", async (_request, reply) => reply.type("text/plain").send("ok\n"))

  app.get("/readyz", async (_request, reply) => {
    if (!parts.ready()) throw new LandlineError("log_unavailable")
    return reply.type("text/plain").send("ready\n")
  })

  app.get("/metrics", async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await parts.metrics()),
  )
}
