import type { follow, Following } from '@shared/live'
import { describe, expect, it } from 'vitest'

import { watchLive } from '../../src/desk/queue/connection'

/** A line that the scene holds in its hand: it gives events and asks when it is told to. */
function aLine(answers: () => Promise<void>) {
  let held!: Following
  const start: typeof follow = (following) => {
    held = following
    return { stop: () => {} }
  }
  const watched = watchLive({ stream: '', event: 'queue', onEvent: () => {}, catchUp: answers }, start)
  return { watched, event: () => held.onEvent({}), ask: () => held.catchUp().catch(() => {}) }
}

describe('连接状态', () => {
  it('is live as soon as an event has come', async () => {
    const line = aLine(async () => {})
    await line.ask()
    line.event()

    expect(line.watched.connection.value).toBe('live')
  })

  it('stays live through the one question on coming back to the page', async () => {
    const line = aLine(async () => {})
    line.event()
    await line.ask()

    expect(line.watched.connection.value).toBe('live')
  })

  it('says so when it lives on questions', async () => {
    const line = aLine(async () => {})
    line.event()
    await line.ask()
    await line.ask()

    expect(line.watched.connection.value).toBe('asking')
  })

  it('believes the browser that the cable is out, and the first answer that it is in again', async () => {
    const line = aLine(async () => {})
    line.event()
    dispatchEvent(new Event('offline'))
    const unplugged = line.watched.connection.value
    await line.ask()

    expect([unplugged, line.watched.connection.value]).toEqual(['offline', 'live'])
    line.watched.stop()
  })

  it('does not believe an answer to what was asked before the cable came out', async () => {
    let answer!: () => void
    const line = aLine(() => new Promise((resolve) => (answer = resolve)))
    line.event()
    const asked = line.ask()
    dispatchEvent(new Event('offline'))
    answer()
    await asked

    expect(line.watched.connection.value).toBe('offline')
    line.watched.stop()
  })

  it('says at the first unanswered question that nobody is there', async () => {
    const line = aLine(() => Promise.reject(new Error('no line')))
    line.event()
    await line.ask()

    expect(line.watched.connection.value).toBe('offline')
  })
})
