/** The coming days in the county, which is eight hours ahead of UTC all the year. */
export interface Day {
  /** 2026-11-28 */
  value: string
  /** 11月28日 */
  date: string
  /** 周六, or 今天 and 明天. */
  word: string
}

const DAY = 86_400_000
const AHEAD = 8 * 3_600_000
const WORDS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

export function comingDays(now: Date, count: number): Day[] {
  return Array.from({ length: count }, (_, n) => {
    const there = new Date(now.getTime() + AHEAD + n * DAY)
    const word = ['今天', '明天'][n] ?? WORDS[there.getUTCDay()] ?? ''
    return {
      value: there.toISOString().slice(0, 10),
      date: `${there.getUTCMonth() + 1}月${there.getUTCDate()}日`,
      word,
    }
  })
}

/** 09:30 of an instant the server wrote in local time. */
export function clockOf(start: string): string {
  return start.slice(11, 16)
}

/** 9分05秒 */
export function leftText(seconds: number): string {
  return `${Math.floor(seconds / 60)}分${String(seconds % 60).padStart(2, '0')}秒`
}
