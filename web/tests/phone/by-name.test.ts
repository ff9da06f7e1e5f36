/** 按名称查找: enough to find an item in the hills; it contains, or shares most of its characters. */
import { describe, expect, it } from 'vitest'

import { byName } from '../../src/phone/keeping/by-name'

const ITEMS = [
  { service_code: 'MZ01', name: '老年人优待证办理', aliases: ['老年证', '老人卡'] },
  { service_code: 'MZ09', name: '高龄津贴申领', aliases: ['高龄补贴', '尊老金'] },
  { service_code: 'YB02', name: '城乡居民基本医疗保险参保登记', aliases: ['新农合', '农村医保'] },
  { service_code: 'RS05', name: '社会保障卡补领', aliases: ['社保卡丢了'] },
]
const found = (words: string): string[] => byName(words, ITEMS).map(({ service_code }) => service_code)

describe('finding by name', () => {
  it('finds by a part of the name, by another name, and by a name inside a sentence', () => {
    expect(found('优待证')[0]).toBe('MZ01')
    expect(found('尊老金')[0]).toBe('MZ09')
    expect(found('他想办新农合')[0]).toBe('YB02')
  })

  it('finds when most characters stand together as in the name', () => {
    expect(found('高龄老人津贴申领')[0]).toBe('MZ09')
    expect(found('社保卡补领')[0]).toBe('RS05')
  })

  it('does not mind full-width letters, blanks and marks', () => {
    expect(found(' 老年 证！')[0]).toBe('MZ01')
  })

  it('finds nothing for nothing, for one character, and for something else', () => {
    expect([found(''), found('。'), found('办'), found('今天天气很好')]).toEqual([[], [], [], []])
  })

  it('gives a few at most', () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ service_code: String(n), name: `优待证${n}`, aliases: [] }))
    expect(byName('优待证', many)).toHaveLength(5)
  })
})
