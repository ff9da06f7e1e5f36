import { describe, expect, it } from 'vitest'

import { draftOf, dropDraft, faultsOf, hasWords } from '../../src/desk/cases/drafts'
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
    expect(formFor('accept', true)).toBe('accept')
    expect(formFor('accept', false)).toBeUndefined()
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
