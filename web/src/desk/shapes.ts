/** What only the desk page sees of the server's JSON; what both pages see is in shared/api/shapes.ts. */
import type { Appointment, Case, CaseCard, ItemCard, Person } from '@shared/api/shapes'

import type { GroupLine } from './display/board'

export type TicketState = 'waiting' | 'called' | 'serving' | 'parked' | 'missed' | 'done' | 'left' | 'unserved'
export type TicketAct = 'recall' | 'serve' | 'miss' | 'park' | 'come-back' | 'finish' | 'leave'

/** 优先对象: on what ground somebody goes first. */
export type GreenGround = 'elder' | 'disabled' | 'pregnant' | 'service_member' | 'veteran'

/** 排队号. */
export interface Ticket {
  id: string
  number: string
  holder: string
  service_code: string | null
  service_name: string
  group: string
  group_text: string
  green: string
  green_text: string
  booked_for_text: string
  state: TicketState
  state_text: string
  counter: string | null
  counter_name: string
  clerk: string | null
  calls: number
  /** How often it came back after a missed call. */
  returns: number
  /** 为什么排在这里, one ground each; empty in the answer to an act. */
  why: string[]
  /** How long it will wait, with its error. */
  wait_text: string
  /** As it was at the view's instant. */
  waited_minutes: number
  case_id: string | null
  appointment_id: string | null
  person_id: string | null
  version: number
}

/** A hall's day at a glance; a higher `revision` is a later look. */
export interface HallQueue {
  hall: string
  hall_name: string
  revision: number
  at: string
  tickets: Ticket[]
  /** Booked for today and not arrived yet. */
  booked: Appointment[]
  /** What waits at this hall's reception. */
  cases: CaseCard[]
  questions_open: number
  /** Whose card lies on which counter, for those who may see it. */
  on_counter: OnCounter[]
  /** Each group of counters: who waits, what is open, how long a newcomer would wait. */
  groups: GroupLine[]
  /** Counters that were opened or closed today. */
  posts: Post[]
  rules_text: string
}

export interface Post {
  counter: string
  group: string
  clerk: string
  open: boolean
  since_text: string
}

export interface OnCounter {
  counter: string
  counter_name: string
  person_name: string
  pages: number
  read_at: string
  read_text: string
}

/** 就近可办率 with what is missing. */
export interface Figures {
  hall: string
  nearby: { rate: number; near: number; total: number; missing: ItemCard[] }
}

/** 收件盘: what lies at a counter, a card that was read there and the pages captured for its holder. */
export interface CounterTray {
  counter: string
  card: { id: string; person: Person; read_at: string; read_text: string } | null
  pages: { id: string; kind: string; verdict: string; advice: string; at: string; url: string }[]
}

export type Fault = 'unreadable' | 'wrong' | 'missing'

/** 主任决定: how an escalated case goes on. */
export type Settlement = 'another_round' | 'more_time' | 'go_on' | 'redirect'

/** Every act of the staff on a case, with what it says besides the version. */
export interface ActWords {
  submit: { bring_later: boolean }
  receive: object
  accept: { on_paper?: string[]; later?: string[] }
  hand_over: object
  resupply: { on_paper?: string[] }
  supply: { on_paper: string[] }
  ask_correction: { materials: Record<string, { verdict: Fault; remark: string; days?: number }>; remark: string }
  redirect: { reason: string; ground: string; instead: string }
  issue: { way: string; tracking: string; carrier: string }
  deliver: { code: string; id_number: string; to: string; relation: string }
  decide: { granted: boolean; reason: string; ground: string; instead: string }
  escalate: { words: string }
  settle: { way: Settlement; words: string; days?: number; reason: string; ground: string; instead: string }
  extend: { days: number; reason: string }
  transfer: { hall: string; why: string }
  archive: object
  amend: { why: string; note?: string; taken_by?: string; tracking?: string; reason?: string; ground?: string; instead?: string }
  reopen: { why: string }
}
export type CaseAct = keyof ActWords

export type { Case }

/** One home to visit; neither telephone nor address, which are looked up one by one. */
export interface Visit {
  appointment: string
  number: string
  version: number
  service: string
  person_name: string
  village: string
  /** What was booked, and what the person was told; empty until then. */
  wished: string
  promised: string
  arrive: string
  begin: string
  leave: string
  pinned_to: string | null
  pinned_at: number | null
  state: 'booked' | 'kept' | 'no_show'
  state_text: string
  /** Why nobody goes there, with the way on. */
  why_not: string
}

/** 上门路线: one clerk's day on the road. */
export interface VisitRoute {
  clerk: string
  clerk_name: string
  depart: string
  back: string
  pause: string
  travel_minutes: number
  stops: Visit[]
}

/** 上门单: a hall's visits of one day. */
export interface VisitDay {
  hall: string
  hall_name: string
  day: string
  day_text: string
  planned: boolean
  /** Whether the routes rest on what is so now. */
  fresh: boolean
  routes: VisitRoute[]
  unplaced: Visit[]
  clerks: { code: string; name: string; going: boolean }[]
}

export interface PeriodWish {
  start: string
  end: string
}

/** 开放时间的变更: a closure or new hours, and why. */
export interface HoursWish {
  reason: string
  closure?: { first_day: string; last_day: string; periods: PeriodWish[] }
  pattern?: {
    kind: string
    group: string | null
    valid_from: string
    weekdays: number[]
    periods: PeriodWish[]
    slot_minutes: number
    online_capacity: number
    counter_capacity: number
    green_capacity: number
    min_bookings: number
    notice_hours: number
  }
}

export interface HoursPreview {
  opens: number
  closes: number
  affected: { number: string; service_name: string; when_text: string; instead_text: string }[]
}

export interface HoursChange {
  id: string
  made_by: string
  at_text: string
  reason: string
  what: string
  affected: number
}

export interface HallHours {
  patterns: {
    kind_text: string
    group: string | null
    valid_from: string
    valid_to: string | null
    weekdays: number[]
    periods_text: string
    online_capacity: number
    counter_capacity: number
    green_capacity: number
    notice_hours: number
    min_bookings: number
    opened_by: string
    note: string
    own: boolean
  }[]
  exceptions: { day: string; day_text: string; periods_text: string; reason: string }[]
  changes: HoursChange[]
  displaced: {
    number: string
    service_name: string
    was_text: string
    offered_text: string
    change: string
    answer: string
    answer_text: string
    answered_text: string
  }[]
}

/** A message that was given up after its last attempt: without names and numbers of people. */
export interface Undelivered {
  id: number
  topic_text: string
  kind: string
  number: string
  applicant: string
  at_text: string
  why: string
}
