import 'fake-indexeddb/auto'

import { Refusal, Unreachable } from '@shared/api/http'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { useOutbox } from '../../src/phone/outbox/outbox'
import type { Courier, Parcel } from '../../src/phone/outbox/parcels'

function refusalWith(status: number): Refusal {
  return new Refusal({ status, code: 'x', title: '', next_step: '' })
}

function makeCourier() {
  return {
    carries: () => true,
    send: vi.fn<Courier<string>['send']>(async () => 'answer'),
    delivered: vi.fn<Courier<string>['delivered']>(),
    refused: vi.fn<Courier<string>['refused']>(),
  }
}

/** A page that is opened: a new store with a courier, on the database that an earlier page left. */
function openPage() {
  setActivePinia(createPinia())
  const outbox = useOutbox()
  const courier = makeCourier()
  outbox.carryWith(courier)
  return { outbox, courier }
}

const wordsOf = ({ matter }: Parcel): string => (matter.kind === 'text' ? matter.text : matter.kind)
const sent = (courier: ReturnType<typeof makeCourier>): string[] => courier.send.mock.calls.map(([parcel]) => wordsOf(parcel))

let account = 0
let me: string

beforeEach(() => {
  me = `citizen-${account++}`
})
afterEach(() => vi.useRealTimers())

describe('the outbox', () => {
  it('sends in the order things were said', async () => {
    const { outbox, courier } = openPage()
    await outbox.openFor(me)

    await outbox.add({ kind: 'text', text: '一' })
    await outbox.add({ kind: 'text', text: '二' })

    await vi.waitFor(() => expect(courier.delivered).toHaveBeenCalledTimes(2))
    expect(sent(courier)).toEqual(['一', '二'])
    expect(outbox.parcels).toEqual([])
  })

  it('keeps what reached nobody, and sends it again under the same id when the line is back', async () => {
    const { outbox, courier } = openPage()
    await outbox.openFor(me)
    courier.send.mockRejectedValueOnce(new Unreachable('down'))

    await outbox.add({ kind: 'text', text: '一' })
    await vi.waitFor(() => expect(outbox.stuck).toBe(true))
    dispatchEvent(new Event('online'))

    await vi.waitFor(() => expect(courier.delivered).toHaveBeenCalledOnce())
    const [first, second] = courier.send.mock.calls
    expect(first?.[0].id).toBe(second?.[0].id)
  })

  it('does not let later words overtake those that are stuck', async () => {
    const { outbox, courier } = openPage()
    await outbox.openFor(me)
    courier.send.mockRejectedValue(new Unreachable('down'))

    await outbox.add({ kind: 'text', text: '一' })
    await outbox.add({ kind: 'text', text: '二' })

    await vi.waitFor(() => expect(outbox.stuck).toBe(true))
    expect(new Set(sent(courier))).toEqual(new Set(['一']))
  })

  it('does not let words overtake a photograph that is still being made smaller', async () => {
    const { outbox, courier } = openPage()
    await outbox.openFor(me)
    let ready = (_: Blob): void => {}
    const photograph = outbox.add({ kind: 'photo' }, new Promise((resolve) => (ready = resolve)))

    await outbox.add({ kind: 'text', text: '二' })
    expect(courier.send).not.toHaveBeenCalled()
    ready(new Blob(['x']))
    await photograph

    await vi.waitFor(() => expect(courier.delivered).toHaveBeenCalledTimes(2))
    expect(sent(courier)).toEqual(['photo', '二'])
  })

  it('waits when the server is busy, as if the line were down', async () => {
    const { outbox, courier } = openPage()
    await outbox.openFor(me)
    courier.send.mockRejectedValueOnce(refusalWith(503))

    await outbox.add({ kind: 'text', text: '一' })

    await vi.waitFor(() => expect(outbox.stuck).toBe(true))
    expect(courier.refused).not.toHaveBeenCalled()
  })

  it('gives up what is refused, says so, and goes on with the next', async () => {
    const { outbox, courier } = openPage()
    await outbox.openFor(me)
    courier.send.mockRejectedValueOnce(refusalWith(422))

    await outbox.add({ kind: 'photo' }, Promise.resolve(new Blob(['x'], { type: 'image/jpeg' })))
    await outbox.add({ kind: 'text', text: '二' })

    await vi.waitFor(() => expect(courier.delivered).toHaveBeenCalledOnce())
    expect(courier.refused).toHaveBeenCalledOnce()
  })

  it('keeps everything when the session has ended', async () => {
    const { outbox, courier } = openPage()
    await outbox.openFor(me)
    courier.send.mockRejectedValue(refusalWith(401))

    await outbox.add({ kind: 'text', text: '一' })

    await vi.waitFor(() => expect(courier.send).toHaveBeenCalledOnce())
    expect(outbox.parcels).toHaveLength(1)
    expect(courier.refused).not.toHaveBeenCalled()
  })

  it('still has an unsent photograph after the page was closed, and sends it then', async () => {
    const before = openPage()
    await before.outbox.openFor(me)
    before.courier.send.mockRejectedValue(new Unreachable('down'))
    await before.outbox.add({ kind: 'photo' }, Promise.resolve(new Blob(['jpeg'], { type: 'image/jpeg' })))
    before.outbox.close()

    const after = openPage()
    await after.outbox.openFor(me)

    await vi.waitFor(() => expect(after.courier.delivered).toHaveBeenCalledOnce())
    const photo = after.courier.send.mock.calls[0]?.[0].photo
    expect([photo?.type, await photo?.text()]).toEqual(['image/jpeg', 'jpeg'])
  })

  it("does not send one person's words in another's name", async () => {
    const mine = openPage()
    await mine.outbox.openFor(me)
    mine.courier.send.mockRejectedValue(new Unreachable('down'))
    await mine.outbox.add({ kind: 'text', text: '一' })
    mine.outbox.close()

    const other = openPage()
    await other.outbox.openFor(`${me}-neighbour`)

    expect(other.outbox.parcels).toEqual([])
  })

  it('works where the browser refuses a database', async () => {
    vi.stubGlobal('indexedDB', undefined)
    const { outbox, courier } = openPage()
    await outbox.openFor(me)

    await outbox.add({ kind: 'text', text: '一' })

    await vi.waitFor(() => expect(courier.delivered).toHaveBeenCalledOnce())
    vi.unstubAllGlobals()
  })
})
