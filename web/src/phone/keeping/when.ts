const DAY = 24 * 60 * 60 * 1000

/** 今天 09:30, 昨天 17:05, or 11月27日 08:10, by this telephone's clock. */
export function whenSeen(at: number, now = Date.now()): string {
  const seen = new Date(at)
  const time = `${two(seen.getHours())}:${two(seen.getMinutes())}`
  const dayOf = (instant: number): string => new Date(instant).toDateString()
  if (dayOf(at) === dayOf(now)) return `今天 ${time}`
  if (dayOf(at) === dayOf(now - DAY)) return `昨天 ${time}`
  return `${seen.getMonth() + 1}月${seen.getDate()}日 ${time}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
