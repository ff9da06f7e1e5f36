import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

const TOKENS = Object.fromEntries(
  [...readFileSync('src/shared/tokens.css', 'utf-8').matchAll(/--jj-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
)

// [words, ground] as the pages combine them.
const PAIRS = [
  ['ink', 'paper'],
  ['ink', 'sheet'],
  ['ink-soft', 'paper'],
  ['ink-soft', 'sheet'],
  ['sheet', 'pine'],
  ['pine', 'sheet'],
  ['pine', 'paper'],
  ['pine-deep', 'pine-soft'],
  ['seal', 'sheet'],
  ['seal', 'seal-soft'],
  ['sheet', 'seal'],
  ['ink', 'seal-soft'],
  ['amber', 'sheet'],
  ['amber', 'amber-soft'],
  ['good', 'good-soft'],
  ['sheet', 'good'],
] as const

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

describe('the colours', () => {
  it.each(PAIRS)('%s on %s can be read by weak eyes', (words, ground) => {
    expect(contrast(TOKENS[words] ?? '', TOKENS[ground] ?? '')).toBeGreaterThanOrEqual(4.5)
  })

  it('would notice grey on white', () => {
    expect(contrast('#999999', '#ffffff')).toBeLessThan(4.5)
  })
})
