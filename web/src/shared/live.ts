/**
 * Following something that changes: server-sent events where they come through, asking again every few seconds where
 * they do not (a gateway that buffers, an old browser, a server that is just restarting).
 */
export interface Following {
  /** The address of the event stream. */
  stream: string
  /** The name of its events. */
  event: string
  /** What an event carried, parsed. */
  onEvent: (carried: unknown) => void
  /** Fetch what may have been missed: called after a gap, on coming back to the page, and while events do not come. */
  catchUp: () => Promise<void>
  /** Milliseconds between two questions while events do not come. */
  askEvery?: number
  /** Milliseconds before the stream is tried again after it was refused. */
  tryStreamAgainAfter?: number
}

export interface Followed {
  stop: () => void
}

/** Begin to follow; nothing is lost between an event and the next as long as `catchUp` asks "after the last I know". */
export function follow(following: Following): Followed {
  const { askEvery = 5_000, tryStreamAgainAfter = 60_000 } = following
  let source: EventSource | undefined
  let asking: ReturnType<typeof setInterval> | undefined
  let trying: ReturnType<typeof setTimeout> | undefined

  const catchUp = (): void => void following.catchUp().catch(() => {})

  function listen(): void {
    if (typeof EventSource === 'undefined') return askInstead()
    source = new EventSource(following.stream, { withCredentials: true })
    source.addEventListener(following.event, (event) => following.onEvent(JSON.parse((event as MessageEvent<string>).data)))
    source.addEventListener('open', opened)
    source.addEventListener('error', () => {
      askInstead()
      if (source?.readyState === 2) tryLater()
    })
  }

  // Whatever happened before the stream stood open did not come through it.
  function opened(): void {
    stopAsking()
    catchUp()
  }

  function askInstead(): void {
    asking ??= setInterval(catchUp, askEvery)
  }

  function stopAsking(): void {
    clearInterval(asking)
    asking = undefined
  }

  function tryLater(): void {
    source?.close()
    clearTimeout(trying)
    trying = setTimeout(listen, tryStreamAgainAfter)
  }

  const cameBack = (): void => {
    if (document.visibilityState === 'visible') catchUp()
  }

  listen()
  document.addEventListener('visibilitychange', cameBack)
  addEventListener('online', catchUp)
  return {
    stop: () => {
      source?.close()
      stopAsking()
      clearTimeout(trying)
      document.removeEventListener('visibilitychange', cameBack)
      removeEventListener('online', catchUp)
    },
  }
}
