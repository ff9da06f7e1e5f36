import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ask, Refusal, Unreachable, whenSignedOut } from '@shared/api/http'

const PROBLEM = {
  status: 409,
  code: 'slot_full',
  title: '11月28日 09:00 已约满。',
  next_step: '附近还有这些空位，请选一个。',
  alternatives: [{ label: '11月28日 09:30', value: 's2' }],
}

let fetched: ReturnType<typeof vi.fn>

function answering(body: unknown, init: ResponseInit & { type?: string } = {}): void {
  const { type = 'application/json', ...rest } = init
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  fetched.mockResolvedValue(new Response(text, { ...rest, headers: { 'content-type': type } }))
}

beforeEach(() => {
  fetched = vi.fn()
  vi.stubGlobal('fetch', fetched)
})
afterEach(() => vi.unstubAllGlobals())

describe('asking the server', () => {
  it('gives the answer', async () => {
    answering({ halls: [] })

    expect(await ask('/halls', { query: { q: '社保 卡', limit: undefined } })).toEqual({ halls: [] })
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/halls?q=%E7%A4%BE%E4%BF%9D+%E5%8D%A1')
  })

  it('proves with every change that one of our pages asks, and names the change so that twice is once', async () => {
    answering({})

    await ask('/cases', { method: 'POST', body: {}, key: 'k1' })

    const { headers } = fetched.mock.calls[0]?.[1] as { headers: Record<string, string> }
    expect(headers).toMatchObject({ 'X-Requested-With': 'jiujinban', 'Idempotency-Key': 'k1' })
  })

  it('hands on a refusal with its next step and its alternatives', async () => {
    answering(PROBLEM, { status: 409, type: 'application/problem+json' })

    const refusal = await ask('/appointments').catch((reason: unknown) => reason)

    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({ code: 'slot_full', nextStep: PROBLEM.next_step, alternatives: PROBLEM.alternatives })
  })

  it('tells a line that is down from a server that refuses', async () => {
    fetched.mockRejectedValue(new TypeError('Failed to fetch'))

    await expect(ask('/halls')).rejects.toBeInstanceOf(Unreachable)
  })

  it('takes the error page of a gateway for a line that is down', async () => {
    answering('<html>502 Bad Gateway</html>', { status: 502, type: 'text/html' })

    await expect(ask('/halls')).rejects.toBeInstanceOf(Unreachable)
  })

  it('has a sentence of its own for a fault that nobody phrased', async () => {
    answering('oops', { status: 500, type: 'text/plain' })

    await expect(ask('/halls')).rejects.toMatchObject({ code: 'fault', title: '系统出了点问题，不是您的错。' })
  })

  it('notices the end of the session, whichever question met it', async () => {
    const end = vi.fn()
    whenSignedOut(end)
    answering({ ...PROBLEM, code: 'not_signed_in' }, { status: 401, type: 'application/problem+json' })

    await ask('/me').catch(() => {})

    expect(end).toHaveBeenCalledOnce()
  })
})
