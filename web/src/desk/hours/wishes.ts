import type { HoursWish, PeriodWish } from '../shapes'

export const KINDS = [
  { value: 'reserved', word: '预约（正常上班）' },
  { value: 'staggered', word: '错时（早间、午间）' },
  { value: 'after_hours', word: '延时（下班后、周末）' },
  { value: 'home_visit', word: '上门' },
  { value: 'kiosk', word: '自助' },
  { value: 'volunteer', word: '志愿服务点' },
] as const

export const WEEKDAYS = ['一', '二', '三', '四', '五', '六', '日'] as const

/** What the form holds: text as it was typed. */
export interface Draft {
  what: 'closure' | 'pattern'
  reason: string
  firstDay: string
  lastDay: string
  periods: string
  kind: string
  weekdays: number[]
  slotMinutes: number
  online: number
  counter: number
  green: number
  least: number
  notice: number
}

export function emptyDraft(tomorrow: string): Draft {
  return {
    what: 'closure',
    reason: '',
    firstDay: tomorrow,
    lastDay: tomorrow,
    periods: '',
    kind: 'after_hours',
    weekdays: [3],
    slotMinutes: 30,
    online: 2,
    counter: 1,
    green: 0,
    least: 1,
    notice: 24,
  }
}

/** 08:30-11:30、14:00-17:00 as periods; undefined when it cannot be read. */
export function periodsOf(text: string): PeriodWish[] | undefined {
  const parts = text.split(/[、，,;；\s]+/).filter(Boolean)
  const read = parts.map((part) => /^(\d{1,2}:\d{2})[-—–~至到]+(\d{1,2}:\d{2})$/.exec(part))
  if (read.some((match) => !match)) return undefined
  return read.map((match) => ({ start: padded(match?.[1] ?? ''), end: padded(match?.[2] ?? '') }))
}

export function wishOf(draft: Draft): HoursWish | undefined {
  const periods = periodsOf(draft.periods)
  if (!periods) return undefined
  if (draft.what === 'closure') {
    return { reason: draft.reason, closure: { first_day: draft.firstDay, last_day: draft.lastDay, periods } }
  }
  return {
    reason: draft.reason,
    pattern: {
      kind: draft.kind,
      group: 'comprehensive',
      valid_from: draft.firstDay,
      weekdays: draft.weekdays,
      periods,
      slot_minutes: draft.slotMinutes,
      online_capacity: draft.online,
      counter_capacity: draft.counter,
      green_capacity: draft.green,
      min_bookings: draft.least,
      notice_hours: draft.notice,
    },
  }
}

function padded(clock: string): string {
  return clock.padStart(5, '0')
}
