/** The days a crew may look at: today and the coming two weeks, by the county's calendar day. */
const ZONE = 'Asia/Shanghai'
const AHEAD = 14
const DAY = 86_400_000

const iso = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' })
const words = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, month: 'long', day: 'numeric', weekday: 'short' })

export interface Day {
  value: string
  label: string
}

export function daysFrom(now: Date): Day[] {
  return Array.from({ length: AHEAD + 1 }, (_, ahead) => {
    const day = new Date(now.getTime() + ahead * DAY)
    const near = ahead === 0 ? '今天 ' : ahead === 1 ? '明天 ' : ''
    return { value: iso.format(day), label: `${near}${words.format(day)}` }
  })
}
