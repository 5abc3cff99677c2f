import type { RoomInfo } from "../../protocol/messages.ts"
import { LOBBY } from "../../protocol/names.ts"

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --paper: #fbfaf7; --line: #d9d5ca; --mark: #0b6e5f }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e0; --soft: #9aa5b1; --paper: #14181d; --line: #2d343c; --mark: #5fd0bd } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 system-ui, sans-serif }
main { max-width: 48rem; margin: 0 auto; padding: 2.5rem 1.25rem }
h1 { margin: 0; font-size: 1.9rem; letter-spacing: -.01em }
h2 { margin: 2rem 0 .5rem; font-size: 1rem; color: var(--mark) }
p { margin: .35rem 0 } .soft { color: var(--soft) }
pre { margin: .4rem 0; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.5 ui-monospace, monospace }
table { border-collapse: collapse; width: 100% } td { padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top }
td:first-child { font-weight: 600; white-space: nowrap } td:last-child { text-align: right; color: var(--soft); white-space: nowrap; padding-right: 0 }
`

const ROOMS_SHOWN = 12

/** What this hub is and how to come in, on one screen. Everything variable in it is escaped. */
export function rootPage(hub: {
  name: string
  version: string
  host: string
  /** Where somebody new begins to talk. */
  room: string
  rooms: readonly RoomInfo[]
}): string {
  const [host, room] = [escapeHtml(hub.host), escapeHtml(encodeURIComponent(hub.room))]
  const file = hub.room === LOBBY ? `http://${host}/files/` : `'http://${host}/files/report.pdf?room=${room}'`
  const rooms = hub.rooms
    .slice(0, ROOMS_SHOWN)
    .map(
      ({ room, line, count, present }) =>
        `<tr><td>${escapeHtml(room)}</td><td>${escapeHtml(line)}</td><td>${count} said, ${present} here</td></tr>`,
    )
  const more =
    hub.rooms.length > ROOMS_SHOWN ? `<p class="soft">and ${hub.rooms.length - ROOMS_SHOWN} more</p>` : ""
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(hub.name)} · Landline</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(hub.name)}</h1>
<p class="soft">A Landline hub: people and programs of this network talk and pass files here, and nothing they said is lost. Version ${escapeHtml(hub.version)}.</p>
<h2>From a terminal</h2>
<pre>npx landline chat --hub ${host}</pre>
<h2>From a script</h2>
<pre>curl -d 'print done' -H 'Landline-Name: printer' http://${host}/rooms/${room}
curl http://${host}/rooms/${room}
curl -H 'Accept: text/event-stream' http://${host}/rooms/${room}
curl -d 21.5 http://${host}/feeds/temp
curl http://${host}/feeds/temp
curl -T report.pdf ${file}
curl http://${host}/files</pre>
<h2>From Python</h2>
<pre>curl -O http://${host}/landline.py
python3 landline.py follow --hub ${host} temp</pre>
<h2>From a page or program in JavaScript</h2>
<pre>import { connect } from "http://${host}/client.js"</pre>
<h2>Rooms</h2>
<table>${rooms.join("")}</table>${more}
</main>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
