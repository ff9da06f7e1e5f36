import { afterEach, describe, expect, it, vi } from 'vitest'

import { askSurely } from '../../src/desk/retries'
import { answering, refusal } from './scenery'

const keyOf = (call: unknown[] | undefined): string =>
  ((call?.[1] as RequestInit).headers as Record<string, string>)['Idempotency-Key'] ?? ''

function server(...answers: (() => Promise<Response>)[]) {
  const fetching = vi.fn<() => Promise<Response>>()
  answers.forEach((answer) => fetching.mockImplementationOnce(answer))
  vi.stubGlobal('fetch', fetching)
  return fetching
}

describe('asking once', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('repeats the key of a call that was never answered, so that one person is called', async () => {
    const fetching = server(
      () => Promise.reject(new TypeError('no line')),
      async () => answering({ number: 'A001' }),
    )

    await askSurely('/halls/anwen/call', { counter: '1' }).catch(() => {})
    await askSurely('/halls/anwen/call', { counter: '1' })

    expect(keyOf(fetching.mock.calls[1])).toBe(keyOf(fetching.mock.calls[0]))
  })

  it('uses a new key after an answer, so that the next person is called', async () => {
    const fetching = server(
      async () => answering({ number: 'A001' }),
      async () => answering({ number: 'A002' }),
    )

    await askSurely('/halls/anwen/call', { counter: '1' })
    await askSurely('/halls/anwen/call', { counter: '1' })

    expect(keyOf(fetching.mock.calls[1])).not.toBe(keyOf(fetching.mock.calls[0]))
  })

  it('takes a refusal for an answer', async () => {
    const fetching = server(
      async () => refusal('nobody_waiting'),
      async () => answering({ number: 'A001' }),
    )

    await askSurely('/halls/anwen/call', { counter: '1' }).catch(() => {})
    await askSurely('/halls/anwen/call', { counter: '1' })

    expect(keyOf(fetching.mock.calls[1])).not.toBe(keyOf(fetching.mock.calls[0]))
  })
})
