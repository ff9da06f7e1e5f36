import type { Case, CaseState } from '@shared/api/shapes'
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'

import CollectionCode from '../../src/phone/cases/CollectionCode.vue'
import { standOf, stepsAt } from '../../src/phone/cases/steps'
import { fitting } from '../../src/phone/outbox/shrinking'
import { couldBeIdNumber } from '../../src/phone/villagers/id-number'

const issue = (given: Partial<NonNullable<Case['issue']>>): NonNullable<Case['issue']> => ({
  way: '窗口领取', code: '', issued_at: '', carrier: '', taken_by: '', relation: '', against: '', taken_text: '', ...given,
})
const now = (state: CaseState): string | undefined => stepsAt(state).find(({ place }) => place === 'now')?.name

describe('the road of a case', () => {
  it.each([
    ['draft', '提交'],
    ['submitted', '收件'],
    ['received', '受理'],
    ['accepted', '审批'],
    ['in_review', '审批'],
    ['decided', '出件'],
  ] as const)('%s stands before %s', (state, step) => {
    expect(now(state)).toBe(step)
  })

  it('is behind a case that can be collected', () => {
    expect(stepsAt('issued').every(({ place }) => place === 'behind')).toBe(true)
  })

  it('is not drawn for a case that left it', () => {
    expect(stepsAt('withdrawn')).toEqual([])
  })

  it('asks the person for a correction and for a draft, and for nothing the county has to do', () => {
    expect((['correction_asked', 'draft', 'in_review', 'issued'] as const).map(standOf)).toEqual([
      'todo',
      'todo',
      'under_way',
      'to_collect',
    ])
  })
})

describe('the collection code', () => {
  it('is set apart in groups that can be read aloud', () => {
    const code = mount(CollectionCode, { props: { issue: issue({ way: '窗口领取', code: '48213705' }) } })

    expect(code.get('.digits').text()).toBe('4821 3705')
  })

  it('is called what it is when the result goes by post', () => {
    const code = mount(CollectionCode, { props: { issue: issue({ way: '邮寄', code: 'SF1234567' }) } })

    expect(code.text()).toContain('快递单号')
  })
})

describe('a photograph', () => {
  it('is made small enough, and keeps its shape', () => {
    expect(fitting(4000, 3000)).toEqual({ width: 2000, height: 1500 })
  })

  it('is not blown up', () => {
    expect(fitting(800, 600)).toEqual({ width: 800, height: 600 })
  })
})

describe('an ID number', () => {
  it.each([
    ['330000195006300127', true],
    ['33000019680821011X', true],
    ['330000195006300128', false],
    ['330000195006310127', false],
    ['33000019500630012', false],
  ])('%s: %s', (text, right) => {
    expect(couldBeIdNumber(text)).toBe(right)
  })
})
