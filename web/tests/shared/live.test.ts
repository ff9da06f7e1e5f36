import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { follow, type Followed } from '@shared/live'

class FakeStream extends EventTarget {
  static opened: FakeStream[] = []
  readyState = 0

  constructor(readonly address: string) {
    super()
    FakeStream.opened.push(this)
  }

  says(event: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }))
  }

  opens(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }

  breaks({ forGood = false } = {}): void {
    this.readyState = forGood ? 2 : 0
    this.dispatchEvent(new Event('error'))
  }

  close(): void {
    this.readyState = 2
  }
}

const heard = vi.fn()
const catchUp = vi.fn(async () => {})
let followed: Followed

function stream(): FakeStream {
  const last = FakeStream.opened[FakeStream.opened.length - 1]
  if (!last) throw new Error('no stream was opened')
  return last
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeStream)
  FakeStream.opened = []
  heard.mockClear()
  catchUp.mockClear()
  followed = follow({ stream: '/events', event: 'message', onEvent: heard, catchUp, askEvery: 5_000, tryStreamAgainAfter: 60_000 })
})
afterEach(() => {
  followed.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('following the server', () => {
  it('hears an event', () => {
    stream().opens()
    stream().says('message', { id: '7' })

    expect(heard).toHaveBeenCalledWith({ id: '7' })
  })

  it('fetches what was missed whenever the stream stands open', () => {
    stream().opens()
    stream().breaks()
    stream().opens()

    expect(catchUp).toHaveBeenCalledTimes(2)
  })

  it('asks every few seconds while events do not come, and stops when they do', () => {
    stream().breaks()
    vi.advanceTimersByTime(10_000)
    expect(catchUp).toHaveBeenCalledTimes(2)

    stream().opens()
    vi.advanceTimersByTime(60_000)
    expect(catchUp).toHaveBeenCalledTimes(3)
  })

  it('tries the stream again after it was refused', () => {
    stream().breaks({ forGood: true })
    vi.advanceTimersByTime(60_000)

    expect(FakeStream.opened).toHaveLength(2)
  })

  it('asks at once when the telephone is back on the line', () => {
    dispatchEvent(new Event('online'))

    expect(catchUp).toHaveBeenCalledOnce()
  })

  it('is silent after it was stopped', () => {
    stream().breaks()
    followed.stop()
    vi.advanceTimersByTime(120_000)
    dispatchEvent(new Event('online'))

    expect(catchUp).not.toHaveBeenCalled()
  })
})
