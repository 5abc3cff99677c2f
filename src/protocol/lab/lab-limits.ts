/** Limits of the lab services, beside those in `../limits.ts`. */
export const labLimits = {
  connectionsMax: 1_000, // of one service: a class of programs that forget to close
  timeoutMs: 30_000, // a frame begun, or a name awaited; long enough for a program whose person still types
  replyTimeoutMs: 5_000, // a server that has not answered by then does not
  pauseMs: 150, // where a wire has no delimiter, a pause this long ends what came before
  trailBytesMax: 4 * 1024, // of the frames kept to find out what a peer does wrong; the last one is kept whole
  fileHeaderBytesMax: 4 * 1024, // name and separator: the longest path that systems take
  sizeDigitsMax: 20, // digits in a row that are looked at for the size; sizes that exist have at most 16
  fileBytesMax: 1024 ** 3, // of one file, where nothing else is said: a disk must not fill by accident
  charactersCountedMax: 1024 * 1024, // bytes of a file that are counted in characters too, for a diagnosis
  sendPauseMs: 200, // of our file client, between header and data: receivers read the header in one call
  feedHeadBytesMax: 8 * 1024, // of an HTTP request to the feed; libraries send a few hundred
  feedMessageBytesMax: 64 * 1024, // a report has some fifty; one that is longer is a mistake
  feedQueueBytesMax: 64 * 1024, // unsent to one client; above, it misses messages and gets the newest later
  feedFramesPerSecondMax: 100, // of one client, each a line of the log; above, it is not read for the rest of a second
  feedBlockMessages: 5, // a block, where a client does not say
  reconnectMs: 1_000, // as the coursework's client waits
  sumMessageBytesMax: 8 * 1024, // a name and a number; the coursework's own programs read 1,024 at most
  sumRequestsPerTurn: 64, // of one client; then the others are served first
  sumNameBytesMax: 255, // of our own name: what fits the C struct, with its NUL
  pingIdleMs: 300_000, // between two messages: people type them
  pingWordPauseMs: 1_000, // inside a word: a lost piece of it comes after 200 ms to 1 s (RFC 6298, section 2)
  pingChunkBytes: 1024, // other text that is longer is several messages, as for a program that calls recv(1024)
  pingChunkBytesMax: 64 * 1024,
  pingMessagesPerTurn: 64, // of one client; then the others are served first
  sumLinesPerSecondMax: 100, // requests of one client that are told one by one; the others are answered and counted
  pingLinesPerSecondMax: 100, // messages of one client that are told one by one; the others are answered and counted
  pingDatagramsPerSecondMax: 5_000, // answered to one address, which may be forged
  pingSourcesMax: 1_000, // addresses whose datagrams are counted at a time
  helloTimeoutMs: 5_000, // for a greeting
  helloBytesMax: 2048, // of a greeting: what the document's programs read
  deliverEndMs: 10_000, // for a connection that is let go, with answers that are held for an awkward delivery
  lateDatagramsMax: 1_000, // answers over UDP that are held at a time; the others are lost, as datagrams may be
  tracesMax: 200, // last connections of which bytes are kept
  datagramTracesMax: 50, // of those, peers over UDP, whose addresses may be forged
  datagramTracesPerSecondMax: 1_000, // that begin
  datagramIdleMs: 30_000, // a peer over UDP that says nothing for so long has left
  traceBytesMax: 64 * 1024, // of one connection, both directions: half from its beginning, half from its end
  tracePiecesMax: 512, // and reads and writes, likewise: a client that sends bytes one by one
  traceDiagnosesMax: 20, // of one connection
  tableCasesMax: 64, // cases of one program
  tableProgramsMax: 1_000, // the one not heard of for longest goes
  tableForgeableMax: 200, // of those, heard of over UDP alone
  partsDrawnMax: 500, // frames and fields of one direction of a trace
} as const
