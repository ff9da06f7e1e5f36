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
  lay = async (path: string, _photo: unknown, key: string): Promise<{ page: { verdict: string; advice: string } }> => {
    this.through(path, key)
    return { page: { verdict: 'good', advice: '' } }
  }

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
      lay: async () => ({ page: { verdict: 'good', advice: '' } }),
    }

    expect(await carryOut(one, refusing, async () => {})).toBe(true)
    expect(one.refused).toEqual({ title: '不在您村', next: '请联系佳村代办员', code: 'not_your_village' })
    expect(finished(one)).toBe(false)
  })

  it('lays the other photographs and hands in when one cannot be opened, and says which', async () => {
    const one = errand('1')
    const line: Line = {
      post: async <T>(path: string) => ({ id: 'case', number: path.endsWith('/submit') ? 'BJ1' : '', state_text: '已提交' }) as T,
      lay: async (_path, _photo, key) => {
        if (key.endsWith('page-0')) throw new Refusal({ status: 422, code: 'photo_refused', title: '打不开。', next_step: '请重新拍。' })
        return { page: { verdict: 'blurred', advice: '太模糊了。' } }
      },
    }

    await carryOut(one, line, async () => {})

    expect(one.number).toBe('BJ1')
    expect(one.advice).toEqual(['第1张：打不开。请重新拍。', '第2张：太模糊了。'])
  })

  it('keeps neither pictures nor the elder\'s words once the matter is handed in', async () => {
    const one = errand('1')
    const line = new BadLine()

    while (!finished(one)) await carryOut(one, line, async () => {})

    expect([one.photos, one.mandatePhoto, one.statement]).toEqual([[], undefined, ''])
  })

  it('stops between two steps when it is no longer wanted', async () => {
    const one = errand('1')
    let steps = 0
    const line: Line = { post: async <T>() => ({ id: 'case' }) as T, lay: async () => ({ page: { verdict: 'good', advice: '' } }) }

    await carryOut(one, line, async () => (steps += 1), () => steps < 2)

    expect([one.mandated, one.caseId, one.laid]).toEqual([true, 'case', 0])
  })
})
