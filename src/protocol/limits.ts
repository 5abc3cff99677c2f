/** Every limit, with its unit last in the name and its reason beside it. */
export const limits = {
  frameBytesMax: 512 * 1024, // a WebSocket message: an entry of which each byte is escaped in JSON, and its frame
  entriesBytesMax: 128 * 1024, // bodies in one message to a follower: escaped in JSON, still below a mebibyte
  entryBytesMax: 64 * 1024, // one message; four of them fit a batch
  commitEntriesMax: 1_000, // a commit is announced as one batch, so this bounds what is written at once
  commitBytesMax: 256 * 1024,
  pageEntriesMax: 512, // a page of a catch-up read; small enough that many followers share it
  pageBytesMax: 256 * 1024,
  pageCacheBytesMax: 16 * 1024 * 1024, // pages that followers behind can share, of all topics together
  socketQueueBytesMax: 1024 * 1024, // a follower with more than this unsent is full, and gets no push
  authorEntriesMax: 2_048, // entries of one session on their way to the disk; above, its socket is not read
  authorBytesMax: 512 * 1024,
  publishesPerSecondMax: 100_000, // by default; above it, after a burst of twice as many, a session is told slow_down
  refusalsMax: 1_000, // refused messages of one session in ten seconds before it is closed
  helloTimeoutMs: 5_000, // a silent peer must not hold a socket
  heartbeatMs: 15_000, // a peer that misses two is gone
  headTimeoutMs: 10_000, // as helloTimeoutMs, for HTTP: the head of a request, from the connection on
  requestTimeoutMs: 60_000, // a whole request: entryBytesMax over a slow line
  closeTimeoutMs: 1_000, // a slow or refused peer gets this long to take its close
  presenceIntervalMs: 1_000, // joins and leaves within it are one message
  presenceNamesMax: 50, // more joins than this in one interval are told as a number
  presenceGraceMs: 5_000, // a person whose line drops for less than this has not left
  nameCharactersMax: 64,
  topicLineCharactersMax: 200,
  roomsMax: 10_000,
  feedsMax: 10_000,
  feedNameCharactersMax: 200,
  feedBatchBytesMax: 1024 * 1024, // messages published in one request
  feedBatchMessagesMax: 10_000, // they are one append, and an append is in one commit
  chunkBytesMax: 1024 * 1024, // of a feed, read at once for an answer of /streams, which holds two of them in memory
  streamBodyBytesMax: 2 * 1024 * 1024, // of a request of /streams: its clients send batches of a little over 1 MiB
  streamAnswerBytesMax: 64 * 1024 * 1024, // of a feed in one answer, about; one that is cut has to be sent again
  longPollMs: 20_000, // a poll that hears of nothing is answered then
  feedTitleCharactersMax: 200,
  feedKeptMs: 7 * 24 * 3_600_000, // of a feed for which nothing else is said
  feedKeptBytes: 256 * 1024 * 1024,
  feedReceiversMax: 200, // of one feed, whose block times are kept; the one not heard of for longest goes
  feedBlocksMax: 50, // of one receiver
  followsPerSessionMax: 100,
  requestsWaitingMax: 16, // requests of a session that wait for their turn; above, its socket is not read
  searchResultsMax: 200,
  sessionsMax: 20_000,
  eventStreamsMax: 5_000, // each may hold socketQueueBytesMax, like a session
  fileNameBytesMax: 200, // in UTF-8: file systems take 255, and `recv-` or ` (2)` may be added
  fileBytesMax: 2 ** 40, // of one file; what there is room for bounds it before
  uploadsMax: 10_000, // begun and not finished, of the whole hub
  uploadsPerPersonMax: 2_000,
  uploadKeptMs: 24 * 3_600_000, // from the last byte on; then an upload that was not finished is thrown away
  uploadRateMin: 1_024, // bytes a second, over uploadRateWindowMs; below, the upload's connection ends
  uploadRateWindowMs: 30_000,
  uploadBufferBytes: 1024 * 1024, // of one upload, received and not yet written
  metadataBytesMax: 4 * 1024, // of Upload-Metadata: it is kept, and given back in one header
  partsMax: 350, // uploads that are joined to one file: so many addresses fit the 16 KiB of a request's head
  downloadsMax: 1_000, // open at a time, of the whole hub; each holds two pieces in memory
  downloadStallMs: 30_000, // a download of which nothing is taken for so long ends
  linkKeptMs: 7 * 24 * 3_600_000, // a one-time link that nobody uses
  linkConfirmMs: 10_000, // without a reset for so long, what was handed to a peer has arrived
  filesListedMax: 500,
  probesPerSecondMax: 20_000, // by default, of UDP probes that are answered to one address, which may be forged
  probeRunsMax: 64, // measurements of one address or connection that are counted at a time
  probeSourcesMax: 1_000, // addresses whose UDP probes are counted at a time: 40 MB with all their runs, were they forged
  probeConnectionsMax: 1_000,
  lineBytesPerTurn: 16 * 1024, // of one connection that probes or exchanges; then everybody else is served first
  probeIdleMs: 60_000, // a connection over which no probe comes for so long ends
  turnsMax: 1_000, // throughput tests that wait for one another
  turnsPerAddressMax: 64, // and of one address, behind which a class may be
  turnTransfersMax: 4, // downloads and uploads at a time in one turn
  turnAskedMs: 5_000, // one that waits, and is not asked about for so long, is forgotten
  turnMs: 30_000, // a test that is not over by then lets the next begin
  throughputBytesMax: 1024 ** 3, // of one download or upload that measures
  throughputMs: 10_000, // and its time
  linesMax: 1_000, // people whose last measurement is kept; the one not heard of for longest goes
  sumConnectionsMax: 200, // each holds the payloads of its run, 128 KiB
  sumIdleMs: 15_000, // an exchange that stands still for so long is over
  sumMessageBytesMax: 256 * 1024, // a WebSocket message of exchanges; programs send about 64 KiB at once
  sumLineBytesMax: 16 * 1024,
  sumExchangesMax: 1_000_000, // of one run
  sumUnackedMax: 1_024, // exchanges of one run that the hub has replied to and the client has not acknowledged
  sumBitsMax: 64, // wrong bits of one payload that are told one by one; the others are counted
  sumAcksToldMax: 1_000, // damaged acknowledgements that are told one by one
  sumRunsMax: 64, // last runs of which the hub keeps the hash, and as far as they fit the transcript
  sumTranscriptExchangesMax: 10_000, // of a longer run only the hash is kept
  sumTranscriptsBytesMax: 16 * 1024 * 1024, // of all runs together
} as const
