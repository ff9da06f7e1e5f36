import { describe, expect, it } from 'vitest'

import { draftOf, dropDraft, faultsOf, hasWords } from '../../src/desk/cases/drafts'
import { whatIsMissing, wordsOf } from '../../src/desk/cases/saying'
import { actsOn, formFor, nextStep } from '../../src/desk/cases/steps'
import { maskedName } from '../../src/desk/ui/masking'
import { aCase } from './scenery'

describe('下一步', () => {
  it('accepts what is in order, and sends back what is not', () => {
    const acts = ['ask_correction', 'accept', 'redirect']

    expect(nextStep(acts, false)).toBe('accept')
    expect(nextStep(acts, true)).toBe('ask_correction')
  })

  it('asks once more before accepting a case that lacks something', () => {
    const whole = aCase()
    const lacking = aCase({ materials: whole.materials.map((each) => ({ ...each, pages: [] })) })

    expect(formFor('accept', lacking)).toBe('accept')
    expect(formFor('accept', whole)).toBeUndefined()
  })

  it('asks what of a correction is there on paper before it hands it in', () => {
    const whole = aCase()
    const open = aCase({ materials: whole.materials.map((each) => ({ ...each, verdict: 'missing' as const })) })

    expect(formFor('resupply', open)).toBe('resupply')
    expect(formFor('resupply', whole)).toBeUndefined()
  })
})

describe('for whoever stands at the counter', () => {
  it('lets a clerk hand in what the person brought, and nobody else', () => {
    const corrected = aCase({ state: 'correction_asked', acts: [] })

    expect(actsOn(corrected, 'clerk')).toEqual(['resupply'])
    expect(actsOn(corrected, 'approver')).toEqual([])
  })

  it('offers each act once, and none that this page does not know', () => {
    expect(actsOn(aCase({ state: 'draft', acts: ['submit', 'withdraw'] }), 'clerk')).toEqual(['submit'])
  })
})

describe('一次性告知', () => {
  it('sends every faulty material at once and none of the good ones', () => {
    const draft = draftOf('notice')
    draft.marks = {
      id_card: { verdict: 'accepted', remark: '' },
      photo: { verdict: 'unreadable', remark: ' 照片太暗 ' },
      gone: { verdict: 'missing', remark: '' },
    }

    expect(faultsOf(draft, aCase().materials)).toEqual({ photo: { verdict: 'unreadable', remark: '照片太暗' } })
    expect(hasWords(draft)).toBe(true)
    dropDraft('notice')
  })
})

describe('on the wall', () => {
  it.each([
    ['王小明', '王*明'],
    ['王明', '王*'],
    ['欧阳小明', '欧**明'],
  ])('shows %s as %s', (name, masked) => {
    expect(maskedName(name)).toBe(masked)
  })
})

describe('容缺受理', () => {
  const bare = aCase().materials.map((each) => ({ ...each, pages: [] }))
  const shown = aCase({ id: 'bare', materials: bare, may_follow: ['photo'] })

  it('says for each paper without a photograph whether it was seen or follows', () => {
    const draft = draftOf('bare')

    expect(wordsOf('accept', draft, shown)).toEqual({ on_paper: ['id_card'], later: ['photo'] })
    draft.accept['photo'] = 'paper'
    expect(wordsOf('accept', draft, shown)).toEqual({ on_paper: ['id_card', 'photo'], later: [] })
    dropDraft('bare')
  })
})

describe('送达', () => {
  const shown = aCase({ id: 'handed', issue: { way: '窗口领取', code: '', issued_at: '', carrier: '', taken_by: '', relation: '', against: '', taken_text: '' } })

  it('wants the code or the identity card, and the name of whoever fetches it for another', () => {
    const draft = draftOf('handed')

    expect(whatIsMissing('deliver', draft, shown)).toContain('取件码')
    draft.deliver.by = 'card'
    expect(whatIsMissing('deliver', draft, shown)).toContain('身份证')
    Object.assign(draft.deliver, { id_number: '330000198105160127', other: true, to: '王芳' })
    expect(whatIsMissing('deliver', draft, shown)).toContain('关系')
    draft.deliver.relation = '女儿'
    expect(whatIsMissing('deliver', draft, shown)).toBe('')
    expect(wordsOf('deliver', draft, shown)).toEqual({ code: '', id_number: '330000198105160127', to: '王芳', relation: '女儿' })
    dropDraft('handed')
  })
})

describe('主任决定', () => {
  it('never sends a bare no', () => {
    const draft = draftOf('settled')
    draft.settle.way = 'redirect'

    expect(whatIsMissing('settle', draft, aCase())).toContain('不能只说不行')
    dropDraft('settled')
  })
})
