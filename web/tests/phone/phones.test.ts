import { describe, expect, it } from 'vitest'

import { withPhones } from '../../src/phone/ui/phones'

const numbers = (text: string): string[] => withPhones(text).flatMap((part) => (part.phone ? [part.text] : []))

describe('a number to call', () => {
  it('can be pressed', () => {
    expect(numbers('请拨打玉山镇便民服务中心电话0579-84660016。')).toEqual(['0579-84660016'])
  })

  it('leaves the sentence as it was', () => {
    const sentence = '请拨打0579-84660016，或010-12345678。'

    expect(withPhones(sentence).map(({ text }) => text).join('')).toBe(sentence)
  })

  it('is not a case number nor an ID number', () => {
    expect(numbers('办件编号 BJ2026112300010，身份证 330000195006300127')).toEqual([])
  })
})
