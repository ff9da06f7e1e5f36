/** 代办单: three elders on a line that breaks at every step; each is handed in once, and nothing is lost. */
import { Refusal, Unreachable } from '@shared/api/http'
import { describe, expect, it } from 'vitest'

import { carryOut, finished, inMemory, type Errand, type Line } from '../../src/phone/batch/errands'

function errand(id: string): Errand {
  const photo = { bytes: new Uint8Array([255, 216, 255]).buffer, type: 'image/jpeg' }
  return {
    id, owner: 'proxy-1', made: Number(id), person: `elder-${id}`, personName: '老人', service: 'MZ09', serviceName: '高龄津贴',
    hall: 'jianshan', statement: '同意', mandatePhoto: photo, photos: [photo, photo], mandated: false, laid: 0,
  }
}

/** A server that does each key once, behind a line that loses every other request or its answer. */
class BadLine implements Line {
  readonly done = new Map<string, unknown>()
  private turn = 0

  post = async <T>(path: string, _body: object, key: string): Promise<T> => this.through(path, key) as T
  lay = async (path: string, _photo: unknown, key: string): Promise<unknown> => this.through(path, key)

  private through(path: string, key: string): unknown {
    this.turn += 1
    if (this.turn % 3 === 1) throw new Unreachable('lost on the way')
    if (!this.done.has(key)) this.done.set(key, path === '/cases' ? { id: `case-${key}` } : { number: `BJ${this.done.size}` })
    if (this.turn % 3 === 2) throw new Unreachable('the answer was lost')
    return this.done.get(key)
  }
}

describe('a batch on a bad line', () => {
  it('hands in every matter once, also when each second answer is lost and the page is opened anew in between', async () => {
    const drawer = inMemory()
    const line = new BadLine()
    for (const id of ['1', '2', '3']) await drawer.put(errand(id))

    for (let tries = 0; tries < 100; tries += 1) {
      const waiting = (await drawer.of('proxy-1')).filter((one) => !finished(one))
      if (waiting.length === 0) break
      for (const one of waiting) if (!(await carryOut(one, line, drawer.put))) break
    }

    const all = await drawer.of('proxy-1')
    expect(all.map(finished)).toEqual([true, true, true])
    const steps = ['mandate', 'open', 'page-0', 'page-1', 'submit']
    expect([...line.done.keys()].sort()).toEqual(['1', '2', '3'].flatMap((id) => steps.map((step) => `${id}:${step}`)).sort())
  })

  it('keeps a refusal with its next step and goes on with the next matter', async () => {
    const one = errand('1')
    const refusing: Line = {
      post: async () => {
        throw new Refusal({ status: 403, code: 'not_your_village', title: '不在您村', next_step: '请联系佳村代办员' })
      },
      lay: async () => undefined,
    }

    expect(await carryOut(one, refusing, async () => {})).toBe(true)
    expect(one.refused).toEqual({ title: '不在您村', next: '请联系佳村代办员' })
    expect(finished(one)).toBe(false)
  })
})
