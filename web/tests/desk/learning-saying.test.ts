/** What a lesson would do and how an answer came about, in a keeper's words. */
import { describe, expect, it } from 'vitest'

import { against, answered, chance, conclusion, leadTitle, ledTo, strength, tried } from '../../src/desk/learning/saying'
import type { Effect, Explained, Standing } from '../../src/desk/learning/shapes'

const FIRST: Standing = { decision: 'match', rank: 1, first_name: '老年人优待证办理', hit_at_1: 0.95, hit_at_3: 0.99 }
const NOWHERE: Standing = { ...FIRST, decision: 'none', rank: null, first_name: '' }
const GOOD: Effect = {
  text: '红壳壳',
  service_code: 'MZ10',
  name: '老年人优待证办理',
  harmless: true,
  useful: true,
  before: NOWHERE,
  after: FIRST,
  sentences: 840,
  moved: [],
}

describe('说法的去向', () => {
  it('tells who found nothing, who chose, and whom a clerk put right', () => {
    const led = { service_code: 'MZ10', name: '优待证', people: 2 }
    expect(ledTo({ ...led, ending: 'unmatched', service_code: null, name: '' })).toBe('2人没有找到')
    expect(ledTo({ ...led, ending: 'chosen' })).toBe('2人自己选了“优待证”')
    expect(ledTo({ ...led, ending: 'agreed' })).toBe('2人一次就办“优待证”')
    expect(ledTo({ ...led, ending: 'corrected' })).toBe('2位工作人员指到“优待证”')
  })
})

describe('试教结果', () => {
  it('says what somebody gets before and after', () => {
    expect(answered(NOWHERE, GOOD.name)).toBe('答不上来，转给工作人员')
    expect(answered(FIRST, GOOD.name)).toBe('直接答“老年人优待证办理”')
    expect(answered({ ...FIRST, decision: 'choose', rank: 2 }, GOOD.name)).toBe('请本人从几项里选，“老年人优待证办理”排第2')
    expect(answered({ ...FIRST, decision: 'choose', rank: null }, GOOD.name)).toContain('里面没有“老年人优待证办理”')
  })

  it('lets only what helps and harms nobody be taught', () => {
    expect(against(GOOD)).toBe('')
    expect(against({ ...GOOD, harmless: false, useful: false })).toContain('会把别人答错')
    expect(against({ ...GOOD, useful: false })).toContain('找不到它')
  })

  it('counts the sentences it was tried on, and those it would spoil', () => {
    expect(tried(GOOD)).toContain('用840句说法试过：答得对的，教了以后一句都不变')
    const moved = [{ text: '身份证丢了', meant: ['补领'], now: '养犬登记' }]
    expect(tried({ ...GOOD, moved, after: { ...FIRST, hit_at_1: 0.94 } })).toMatch(/其中1句.*95\.0% → 94\.0%/)
  })
})

describe('为什么这样回答', () => {
  const told: Explained = { decision: 'none', focus: '', words: [], concepts: [], none: 1, candidates: [], lead: [] }
  const candidates = [{ service_code: 'MZ10', name: '老年人优待证办理', score: 0.9, reasons: [] }]

  it('concludes in a sentence', () => {
    expect(conclusion(told)).toContain('转给工作人员')
    expect(conclusion({ ...told, decision: 'match', candidates })).toBe('直接答“老年人优待证办理”。')
    expect(conclusion({ ...told, decision: 'choose', candidates })).toContain('请本人选')
  })

  it('claims no answer where none was given', () => {
    expect(leadTitle({ ...told, decision: 'match' }, '甲', '乙')).toBe('为什么是“甲”，不是“乙”')
    expect(leadTitle(told, '甲', '乙')).toBe('为什么“甲”排在“乙”前面')
  })

  it('says chances and strengths without decimals', () => {
    expect([chance(0.939), chance(0.004), chance(1)]).toEqual(['94%', '不到1%', '100%'])
    expect([strength(-2.4), strength(1), strength(0.2)]).toEqual(['很有力', '有力', '略有帮助'])
  })
})
