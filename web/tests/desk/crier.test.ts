import { describe, expect, it } from 'vitest'

import type { Shown } from '../../src/desk/display/board'
import { Crier } from '../../src/desk/display/crier'
import { callAloud } from '../../src/desk/queue/voice'

function called(number: string, calls = 1, given: Partial<Shown> = {}): Shown {
  return {
    number, holder: '*大山', group: 'comprehensive', state: 'called', state_text: '已叫号',
    counter: '综合窗口3', counter_number: '03', calls, first: false, ...given,
  }
}

describe('语音叫号', () => {
  it('reads a call once, however often the screen hears of it', () => {
    const crier = new Crier()
    crier.hear([])
    expect(crier.hear([called('A012')]).map(({ number }) => number)).toEqual(['A012'])
    expect(crier.hear([called('A012')])).toEqual([])
    expect(crier.hear([called('A012', 1, { state: 'serving' }), called('A012')])).toEqual([])
  })

  it('reads it again when it is called again, or to another counter', () => {
    const crier = new Crier()
    crier.hear([])
    crier.hear([called('A012')])
    expect(crier.hear([called('A012', 2)])).toHaveLength(1)
    expect(crier.hear([called('A012', 1, { counter: '公安窗口1' })])).toHaveLength(1)
  })

  it('does not shout what was called before the screen was switched on', () => {
    const crier = new Crier()
    expect(crier.hear([called('A001'), called('A002')])).toEqual([])
    expect(crier.hear([called('A003'), called('A001'), called('A002')]).map(({ number }) => number)).toEqual(['A003'])
  })

  it('reads what came together in the order of the calls', () => {
    const crier = new Crier()
    crier.hear([])
    expect(crier.hear([called('A003'), called('A002')]).map(({ number }) => number)).toEqual(['A002', 'A003'])
  })

  it('spells the number and says the counter by its sign, as people look for it', () => {
    expect(callAloud('A012', '03', '综合窗口3')).toBe('请A零一二号，到三号窗口。')
    expect(callAloud('A012', '', '公安窗口1')).toBe('请A零一二号，到公安窗口一。')
  })
})
