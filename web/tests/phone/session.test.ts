/** 没有网也能打开: the page opens for whoever used it last, and sends nothing before the server has said whose session it is. */
import 'fake-indexeddb/auto'

import type { Me } from '@shared/api/shapes'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { useOutbox } from '../../src/phone/outbox/outbox'
import { useSession } from '../../src/phone/session'

function somebody(code: string): Me {
  return {
    code, name: code, role: 'citizen', role_text: '群众', hall: null, hall_name: '', department: null, village: null, village_name: '',
    groups: [], counters: [],
  }
}

const down = async (): Promise<Response> => Promise.reject(new TypeError('no line'))
const answer = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** A server where that account is signed in; everything else is empty. */
const serverOf = (code: string) => async (url: RequestInfo | URL): Promise<Response> => {
  const path = String(url)
  if (path.endsWith('/auth/sign-out')) return new Response(null, { status: 204 })
  return answer(path.endsWith('/me') ? somebody(code) : { messages: [], last: '' })
}

function openPage(fetching: typeof fetch) {
  vi.stubGlobal('fetch', vi.fn(fetching))
  setActivePinia(createPinia())
  const outbox = useOutbox()
  const send = vi.fn(async () => 'answer')
  outbox.carryWith<string>({ carries: () => true, send, delivered: () => {}, refused: () => {} })
  return { session: useSession(), outbox, send }
}

beforeEach(() => vi.stubGlobal('EventSource', undefined))

describe('a start without a line', () => {
  it('opens for the account that used the page last, and is confirmed when the line is back', async () => {
    await openPage(serverOf('citizen-1')).session.resume()

    const { session } = openPage(down)
    await session.resume()
    expect([session.me?.code, session.unconfirmed]).toEqual(['citizen-1', true])
    vi.stubGlobal('fetch', serverOf('citizen-1'))
    dispatchEvent(new Event('online'))

    await vi.waitFor(() => expect(session.unconfirmed).toBe(false))
  })

  it('sends what was said only after the server has named the same account', async () => {
    await openPage(serverOf('citizen-1')).session.resume()
    const { session, outbox, send } = openPage(down)
    await session.resume()
    await outbox.add({ kind: 'text', text: '一' })
    await vi.waitFor(() => expect(outbox.stuck).toBe(true))
    expect(send).not.toHaveBeenCalled()

    vi.stubGlobal('fetch', serverOf('citizen-1'))
    dispatchEvent(new Event('online'))

    await vi.waitFor(() => expect(send).toHaveBeenCalledOnce())
  })

  it('sends nothing of one account under the session of another', async () => {
    await openPage(serverOf('citizen-3')).session.resume()
    const { session, outbox, send } = openPage(down)
    await session.resume()
    await outbox.add({ kind: 'text', text: '一' })

    vi.stubGlobal('fetch', serverOf('citizen-4'))
    dispatchEvent(new Event('online'))

    await vi.waitFor(() => expect(session.me?.code).toBe('citizen-4'))
    expect(send).not.toHaveBeenCalled()
    expect(outbox.parcels).toEqual([])
  })

  it('opens for nobody after signing out, also when the server could not be told', async () => {
    const first = openPage(serverOf('citizen-5'))
    await first.session.resume()
    vi.stubGlobal('fetch', down)
    await expect(first.session.signOut()).rejects.toThrow()

    const { session } = openPage(down)

    await expect(session.resume()).rejects.toThrow()
    expect(session.me).toBeUndefined()
  })

  it('opens for nobody when the server says that the session is over', async () => {
    await openPage(serverOf('citizen-6')).session.resume()
    const refusing = async (): Promise<Response> => answer({ code: 'not_signed_in', title: '', next_step: '' }, 401)
    const { session } = openPage(refusing)

    await session.resume()
    expect(session.me).toBeUndefined()

    const later = openPage(down)
    await expect(later.session.resume()).rejects.toThrow()
  })
})
