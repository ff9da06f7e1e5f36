/** 代办篮: what the basket keeps, and what of it may leave. */
import 'fake-indexeddb/auto'

import { Unreachable } from '@shared/api/http'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { useBatch } from '../../src/phone/batch/batch'
import { inMemory, type Drawer, type Line, type Noted } from '../../src/phone/batch/errands'

const photo = { bytes: new Uint8Array([255, 216, 255]).buffer, type: 'image/jpeg' }
const noted: Noted = {
  person: 'elder-1', personName: '楼淑芬', service: 'MZ01', serviceName: '优待证', hall: 'anwen', statement: '同意', photos: [photo], mandatePhoto: photo,
}
const sure = async (): Promise<void> => {}

function lineOf(post: (path: string) => Promise<unknown>) {
  const asked = vi.fn(post)
  const line: Line = { post: async <T>(path: string) => (await asked(path)) as T, lay: async () => ({ page: { verdict: 'good', advice: '' } }) }
  return { line, asked }
}
const down = (): ReturnType<typeof lineOf> => lineOf(async () => Promise.reject(new Unreachable('down')))
const good = (): ReturnType<typeof lineOf> => lineOf(async (path) => ({ id: 'case', number: 'BJ1', state_text: '已提交', path }))

let account = 0
let me: string
beforeEach(() => {
  me = `proxy-${account++}`
  setActivePinia(createPinia())
})

describe('the basket', () => {
  it('keeps what cannot be sent, pictures with it, in the database of the browser', async () => {
    const first = useBatch()
    await first.openFor(me, async () => Promise.reject(new Unreachable('down')))
    expect(await first.add(noted)).toBe(true)
    await vi.waitFor(() => expect(first.waitingForLine).toBe(true))

    setActivePinia(createPinia())
    const later = useBatch()
    await later.openFor(me, async () => Promise.reject(new Unreachable('down')))

    expect(later.errands.map(({ personName, photos }) => [personName, photos.length])).toEqual([['楼淑芬', 1]])
    later.close()
  })

  it('says so when the telephone cannot keep it, and sends it all the same', async () => {
    const full: Drawer = { ...inMemory(), put: async () => Promise.reject(new DOMException('full', 'QuotaExceededError')) }
    const batch = useBatch()
    const { line } = good()
    await batch.openFor(me, sure, { drawer: full, line })

    expect(await batch.add(noted)).toBe(false)

    await vi.waitFor(() => expect(batch.errands[0]?.number).toBe('BJ1'))
  })

  it('sends nothing while nobody is sure whose session it is', async () => {
    const batch = useBatch()
    const { line, asked } = good()
    let certain = false
    await batch.openFor(me, async () => (certain ? undefined : Promise.reject(new Unreachable('down'))), { drawer: inMemory(), line })
    await batch.add(noted)
    await vi.waitFor(() => expect(batch.waitingForLine).toBe(true))
    expect(asked).not.toHaveBeenCalled()

    certain = true
    batch.retry()

    await vi.waitFor(() => expect(batch.errands[0]?.number).toBe('BJ1'))
  })

  it('does not bring back what was taken off while a step was under way', async () => {
    const drawer = inMemory()
    let answer = (_: unknown): void => {}
    const { line, asked } = lineOf(() => new Promise((resolve) => (answer = resolve)))
    const batch = useBatch()
    await batch.openFor(me, sure, { drawer, line })
    await batch.add(noted)
    await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce())

    await batch.discard(batch.errands[0]!.id)
    answer({})
    await vi.waitFor(() => expect(batch.underWay).toBe(''))

    expect(await drawer.all()).toEqual([])
    expect(asked).toHaveBeenCalledOnce()
  })

  it('stops with the session: no later step goes out under the next one', async () => {
    let answer = (_: unknown): void => {}
    const { line, asked } = lineOf(() => new Promise((resolve) => (answer = resolve)))
    const batch = useBatch()
    const drawer = inMemory()
    await batch.openFor(me, sure, { drawer, line })
    await batch.add(noted)
    await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce())

    batch.close()
    await batch.openFor('somebody else', sure)
    answer({})
    await new Promise((resolve) => setTimeout(resolve, 20))

    expect(asked).toHaveBeenCalledOnce()
    expect((await drawer.of(me)).length).toBe(1)
  })

  it('keeps what stands in the form for this account only', async () => {
    const batch = useBatch()
    await batch.openFor(me, sure, { drawer: inMemory(), line: down().line })
    await batch.keepDraft(noted)

    expect((await batch.draft()).personName).toBe('楼淑芬')
    await batch.openFor('somebody else', sure)
    expect(await batch.draft()).toEqual({})
    await batch.openFor(me, sure)
    await batch.keepDraft(undefined)
    expect(await batch.draft()).toEqual({})
  })
})
