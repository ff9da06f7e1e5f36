import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { dropDraft } from '../../src/desk/cases/drafts'
import { useCase } from '../../src/desk/cases/store'
import { aCase, answering, refusal } from './scenery'

const STEP = {
  act: 'add_page',
  act_text: '上传材料',
  state_text: '窗口已收件',
  by_name: '王小明',
  door: 'phone',
  door_text: '手机',
  at: '2026-11-23T09:01:00+08:00',
  at_text: '11月23日（星期一）09:01',
  words: '',
}

function serving(...answers: Response[]): void {
  const fetching = vi.fn<() => Promise<Response>>()
  answers.forEach((answer) => fetching.mockResolvedValueOnce(answer))
  vi.stubGlobal('fetch', fetching)
}

describe('当前办件', () => {
  beforeEach(() => setActivePinia(createPinia()))
  afterEach(() => {
    dropDraft('c1')
    vi.unstubAllGlobals()
  })

  it('fetches the fresh case when the page was stale, says what happened, and keeps every word typed', async () => {
    const desk = useCase()
    serving(answering(aCase()), refusal('stale'), answering(aCase({ version: 4, history: [STEP] })))
    await desk.open('c1')
    if (desk.draft) desk.draft.redirect.reason = '户籍不在本县'

    const done = await desk.act('redirect', { reason: '户籍不在本县', ground: '办法第三条', instead: '请到户籍地办理' })

    expect(done).toBe(false)
    expect(desk.shown?.version).toBe(4)
    expect(desk.overtaken?.steps).toEqual([STEP])
    expect(desk.draft?.redirect.reason).toBe('户籍不在本县')
  })

  it('forgets the words once they have been sent', async () => {
    const desk = useCase()
    serving(answering(aCase()), answering(aCase({ version: 4, state: 'correction_asked' })))
    await desk.open('c1')
    if (desk.draft) desk.draft.marks['photo'] = { verdict: 'missing', remark: '还没有交' }

    await desk.act('ask_correction', { materials: { photo: { verdict: 'missing', remark: '还没有交' } }, remark: '' })

    expect(desk.draft?.marks).toEqual({})
    expect(desk.notice?.tone).toBe('done')
  })

  it('keeps the words after any other refusal, and repeats its next step', async () => {
    const desk = useCase()
    serving(answering(aCase({ acts: ['deliver'] })), refusal('wrong_code', 403))
    await desk.open('c1')
    if (desk.draft) desk.draft.deliver.code = '000000'

    await desk.act('deliver', { code: '000000' })

    expect(desk.draft?.deliver.code).toBe('000000')
    expect(desk.notice).toMatchObject({ tone: 'careful', next: '请核对。' })
  })

  it('shows the case clicked last, not the one answered last', async () => {
    const desk = useCase()
    let slow!: (answer: Response) => void
    const fetching = vi.fn<() => Promise<Response>>()
    fetching.mockReturnValueOnce(new Promise((resolve) => (slow = resolve)))
    fetching.mockResolvedValueOnce(answering(aCase({ id: 'c2' })))
    vi.stubGlobal('fetch', fetching)

    const first = desk.open('c1')
    await desk.open('c2')
    slow(answering(aCase()))
    await first

    expect(desk.shown?.id).toBe('c2')
  })
})
