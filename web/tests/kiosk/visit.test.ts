import type { ItemCard } from '@shared/api/shapes'
import { describe, expect, it } from 'vitest'

import { Scanner } from '../../src/shared/scanning/scanner'
import { tiles, Wishes } from '../../src/kiosk/visit'

function typed(scanner: Scanner, words: string, from: number, pause: number): string | undefined {
  let code: string | undefined
  for (const [n, letter] of [...words, 'Enter'].entries()) code = scanner.press(letter, from + n * pause) ?? code
  return code
}

const item = (code: string, name = code): ItemCard => ({
  service_code: code, name, summary: '', department: '', project_type: '', promised_text: '', way: null, way_text: '',
})

describe('一次使用', () => {
  it('gives one wish one key, however often it is pressed, and the next person another', () => {
    const wishes = new Wishes()
    const first = wishes.key('number')
    expect(wishes.key('number')).toBe(first)
    expect(wishes.key('number MZ10')).not.toBe(first)
    wishes.forget()
    expect(wishes.key('number')).not.toBe(first)
  })

  it('hears a scanner, and not a person who types or a half-read code', () => {
    const code = '01a226ade60c4d1f4ebfedee63e1d49c'
    expect(typed(new Scanner(), code, 0, 8)).toBe(code)
    expect(typed(new Scanner(), code, 0, 180)).toBeUndefined()
    expect(typed(new Scanner(), '01a226', 0, 8)).toBeUndefined()
    const scanner = new Scanner()
    typed(scanner, '01a2', 0, 8)
    expect(typed(scanner, code, 1_000, 8)).toBe(code)
  })

  it('passes over list entries that name no item or name it badly', () => {
    const items = [item('MZ10', '老年人优待证办理'), item('BAD', '')]
    const shown = tiles(items, ['MZ1O', undefined, 7, 'BAD', 'MZ10', null], 8)
    expect(shown.map(({ service_code }) => service_code)).toEqual(['MZ10'])
  })
})
