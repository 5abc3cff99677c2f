import type { FastifyInstance, FastifyRequest } from "fastify"
import { LandlineError } from "../../protocol/errors.ts"
import { TriedReport } from "../../protocol/lab/records.ts"
import { starter, starterLines } from "../../protocol/lab/starters.ts"
import type { HttpParts } from "./gateway.ts"
import { parsedBody } from "./query.ts"

type TraceRequest = FastifyRequest<{ Params: { id: string } }>
type ReportRequest = FastifyRequest<{ Body: Buffer | undefined }>

/** What the hub saw of programs that use its lab: PROTOCOL.md 14. */
export function registerLab(app: FastifyInstance, parts: HttpParts): void {
  const lab = () => {
    if (parts.lab) return parts.lab
    throw new LandlineError(
      "not_found",
      {},
      "This hub serves no lab. It is started with landline serve --lab.",
    )
  }

  app.get("/lab/services", async ({ headers }, reply) => {
    const { room, services } = lab()
    const host = hostOf(headers.host ?? "")
    return reply.send({
      room,
      services: services.map(({ service, port }) => {
        const first = starter(service, host, port)
        return { service, port, about: first.about, starter: starterLines(first).join("\n") }
      }),
    })
  })

  app.get("/lab/traces", async (request, reply) =>
    reply.send({
      traces: lab()
        .traces(addressOf(request))
        .map((trace) => trace.summary()),
    }),
  )

  app.get("/lab/traces/:id", async (request: TraceRequest, reply) => {
    const { id } = request.params
    return reply.send(
      lab()
        .trace(/^\d{1,15}$/.test(id) ? Number(id) : 0, addressOf(request))
        .whole(),
    )
  })

  app.get("/lab/table", async (_, reply) => reply.send({ programs: lab().table() }))

  app.post("/lab/table", async (request: ReportRequest, reply) => {
    const report = parsedBody(TriedReport, request.body ?? Buffer.alloc(0))
    lab().tried(report, addressOf(request))
    return reply.status(204).send()
  })
}

/** Without port and brackets. It has passed `checkDoor`, so it is an address, or a name that the hub goes by. */
const hostOf = (header: string): string => header.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")

const addressOf = ({ raw }: FastifyRequest): string =>
  raw.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, "") ?? ""
