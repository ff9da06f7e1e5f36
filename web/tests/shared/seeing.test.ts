import { describe, expect, it } from 'vitest'

import { isCode } from '../../src/shared/scanning/scanner'
import { seen, type Picture } from '../../src/shared/scanning/seeing'

/** The server's own drawing of this code, one sign a module. */
const CODE = '01a226c6750508ddcddf9ff436f4d602'
const MODULES = `
#######.#...#.#.#..#..#######
#.....#..###.#..#.#...#.....#
#.###.#..###....#.###.#.###.#
#.###.#....##.#####.#.#.###.#
#.###.#.####.......#..#.###.#
#.....#.######......#.#.....#
#######.#.#.#.#.#.#.#.#######
.........######...#.#........
.#######.#.##.#.##.....##...#
.###.#..#..###.##.########..#
##....#.#.#####............#.
#.#.....##.........#######.#.
.######..#.#.######.#..#..##.
..##...#####...#...#.##.#..##
#.#.#.#...##.##.#...#....#...
#.#..#....##.##.#.#####.##..#
...##.#..##....#.##.##....##.
#.##.....#..#.##...#..####..#
#.###.#.#....###..#.##.##..#.
#....#...#...#....##..#..#.#.
#..####.##.###.#.##.#####.##.
........#...###.#..##...#..##
#######.##.#...#.#.##.#.##...
#.....#.#.....###.#.#...#..#.
#.###.#.###.##.####.#######..
#.###.#.#.###.#..#..##.#.#.##
#.###.#.#.##..##..##..#.#.##.
#.....#.#.###.##..###......#.
#######..##...##.#...#..###..`.trim().split('\n')

/** The code as a camera sees it: large, on a light ground, `dark` for the ink. */
function photographed(dark: number): Picture {
  const scale = 8
  const border = 6
  const side = (MODULES.length + 2 * border) * scale
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const row = MODULES[Math.floor(y / scale) - border]
      if (row?.[Math.floor(x / scale) - border] === '#') data.fill(dark, (y * side + x) * 4, (y * side + x) * 4 + 3)
    }
  }
  return { data, width: side, height: side }
}

describe('扫码', () => {
  it('reads the code the server draws, also from a dim screen', async () => {
    expect(await seen(photographed(0))).toBe(CODE)
    expect(await seen(photographed(110))).toBe(CODE)
  })

  it('sees nothing where there is nothing', async () => {
    expect(await seen({ data: new Uint8ClampedArray(64 * 64 * 4).fill(200), width: 64, height: 64 })).toBeUndefined()
  })

  it('does not take an address or a shop’s code for an appointment', () => {
    expect(isCode(CODE)).toBe(true)
    expect(isCode('https://example.com/0123456789abcdef')).toBe(false)
    expect(isCode('6901234567892')).toBe(false)
  })
})
