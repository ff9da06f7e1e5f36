import { Refusal } from '@shared/api/http'
import { describe, expect, it, vi } from 'vitest'

import { kiosk, type Slip } from '../../src/kiosk/api'
import { paper, printWaiting } from '../../src/kiosk/printing'

const slip: Slip = { id: 's1', kind: 'ticket', copy_number: 1, facts: { number: 'A012' } }

describe('打印凭条', () => {
  it('prints what it claimed, once, though two presses ask at the same time', async () => {
    let waiting = [slip]
    vi.spyOn(kiosk, 'slips').mockImplementation(async () => waiting)
    vi.spyOn(kiosk, 'claim').mockImplementation(async () => {
      waiting = []
      return slip
    })
    const printed: string[] = []
    const print = (): void => void printed.push(paper.value?.facts['number'] ?? '空白')
    await Promise.all([printWaiting(print), printWaiting(print)])
    expect(printed).toEqual(['A012'])
    expect(paper.value).toBeUndefined()
  })

  it('prints nothing that was claimed elsewhere, and goes on with the next', async () => {
    vi.spyOn(kiosk, 'slips').mockResolvedValue([slip, { ...slip, id: 's2', facts: { number: 'A013' } }])
    const gone = new Refusal({ status: 409, code: 'already_printed', title: '打印过了。', next_step: '请找工作人员。' })
    vi.spyOn(kiosk, 'claim').mockImplementation(async (id) => {
      if (id === 's1') throw gone
      return { ...slip, id, facts: { number: 'A013' } }
    })
    const printed: string[] = []
    await printWaiting(() => void printed.push(paper.value?.facts['number'] ?? '空白'))
    expect(printed).toEqual(['A013'])
  })
})
