/** What the server's JSON looks like; see its /openapi.json. Instants are ISO 8601 with their offset, days YYYY-MM-DD. */

export type Role = 'citizen' | 'proxy' | 'clerk' | 'specialist' | 'approver' | 'director' | 'supervisor' | 'keeper' | 'operator' | 'device'

export interface Counter {
  code: string
  name: string
  group: string
  number: string
}

export interface Me {
  code: string
  name: string
  role: Role
  role_text: string
  hall: string | null
  hall_name: string
  department: string | null
  village: string | null
  village_name: string
  groups: string[]
  counters: Counter[]
}

export interface DemoIdentity {
  identity: string
  name: string
  role: Role
  role_text: string
  hall: string | null
  hall_name: string
  department: string | null
  village: string | null
}

// ---- conversation

export interface Choice {
  label: string
  value: string
  hint?: string
}

export interface SpokenItem {
  service_code: string
  name: string
  summary: string
}

export interface SpokenCase {
  id: string
  number: string
  service_name: string
  applicant_name: string
  state: CaseState
  state_text: string
}

export interface SpokenAppointment {
  id: string
  number: string
  service_name: string
  hall: string
  start: string
  when_text: string
}

export interface PhotoVerdict {
  verdict: string
  advice: string
  material: string
}

export interface Reply {
  kind: string
  text: string
  choices: Choice[]
  item?: SpokenItem
  case?: SpokenCase
  appointment?: SpokenAppointment
  photo?: PhotoVerdict
  notice?: { kind: string } & Record<string, string>
}

export interface ChatMessage {
  id: string
  from: 'me' | 'desk'
  text?: string
  reply?: Reply
  /** The sender's id of the message this one is, or answers. */
  message_id?: string
  at: string
}

export interface ChatAnswer {
  replies: Reply[]
  state: string
}

// ---- items, halls, places

export interface ItemCard {
  service_code: string
  name: string
  summary: string
  department: string
  project_type: string
  promised_text: string
  way: 'direct' | 'proxy' | 'none' | null
  way_text: string
}

/** What an item is called, for finding it without the server. */
export interface ItemName {
  service_code: string
  name: string
  aliases: string[]
}

/** An item in a hall's list. */
export interface OfferedItem extends ItemCard {
  /** The halls that do it, where it is not done here. */
  elsewhere: string[]
  online: boolean
}

export interface ItemMaterial {
  key: string
  name: string
  kind: string
  need: '必要' | '非必要' | '容缺后补'
  when: string
  original: boolean
  copies: number
  source: string
  /** A department holds it already: it must not be asked of the person. */
  shared: boolean
  how: string
}

export interface HallWay {
  hall: string
  hall_name: string
  way: 'direct' | 'proxy' | 'none'
  way_text: string
  address: string
  phone: string
}

export interface Item {
  service_code: string
  version: number
  name: string
  summary: string
  department: string
  task_type: string
  project_type: string
  conditions: string[]
  legal_text: string
  promised_text: string
  visits: number
  fees: { name: string; standard: string; ground: string }[]
  handled_by: string[]
  grounds: string[]
  result_name: string
  delivery: string[]
  materials: ItemMaterial[]
  questions: { question: string; answer: string }[]
  kiosk: boolean
  home_visit: boolean
  online: boolean
  halls: HallWay[]
}

export interface Hall {
  code: string
  name: string
  level: 'county' | 'township' | 'village'
  address: string
  phone: string
  lat: number
  lon: number
  counters: Counter[]
  /** Opening hours in words, where the server says them. */
  /** Hours in words, one line for days alike: today in the list, the coming week for one hall. */
  hours: string[]
}

/** 号源: a place that can be booked. */
export interface Slot {
  id: string
  hall: string
  hall_name: string
  kind: string
  kind_text: string
  start: string
  end: string
  when_text: string
  left: number
  least: number
}

/** 留号: a place kept until an instant. */
export interface Hold {
  id: string
  purpose: 'choice' | 'offer' | 'alternative'
  slot: string
  hall_name: string
  kind_text: string
  when_text: string
  until_text: string
  seconds_left: number
  service_code: string
  service_name: string
  person_id: string
  state: string
  appointment_id: string | null
}

/** 候补: a place in a line, and what it is offered. */
export interface InLine {
  id: string
  service_name: string
  hall_name: string
  first_day: string
  last_day: string
  person_id: string
  joined_text: string
  position: number
  position_text: string
  /** By what rule one comes to a place, in words. */
  rule_text: string
  offer: Hold | null
}

/** 最早的一个, and why it stands there. */
export interface SoonestPlace {
  slot: Slot
  km: number | null
  why: string[]
  address: string
}

export interface Appointment {
  id: string
  number: string
  hall: string
  hall_name: string
  kind: string
  kind_text: string
  start: string
  end: string
  when_text: string
  service_code: string
  service_name: string
  person_id: string
  person_name?: string
  case_id: string | null
  state: 'booked' | 'displaced' | 'checked_in' | 'cancelled' | 'no_show' | 'kept'
  state_text: string
  /** Why an absence does not count; empty when it does, or when there was none. */
  forgiven: string
}

/** 我的号: where one stands in a hall today, and about how long it takes. */
export interface MyTicket {
  id: string
  number: string
  hall: string
  hall_name: string
  service_name: string
  group_text: string
  state: 'waiting' | 'called' | 'serving' | 'parked' | 'missed' | 'done' | 'left' | 'unserved'
  state_text: string
  counter_name: string
  wait_text: string
  rules_text: string
  may_come_back: boolean
  back_until_text: string
  version: number
}

// ---- people

export interface Person {
  id: string
  name: string
  /** Masked. */
  id_number: string
  /** Masked. */
  phone: string
  age: number
  green: string
  green_text: string
}

// ---- cases

export type CaseState =
  | 'draft'
  | 'submitted'
  | 'received'
  | 'correction_asked'
  | 'escalated'
  | 'accepted'
  | 'in_review'
  | 'decided'
  | 'issued'
  | 'delivered'
  | 'evaluated'
  | 'archived'
  | 'withdrawn'
  | 'redirected'

export interface Due {
  day: string
  day_text: string
  provisional: boolean
  left_working_days: number
  light: 'green' | 'yellow' | 'red'
  over_working_days: number
  /** The clock stands while the person corrects. */
  standing: boolean
  legal_day: string
  legal_text: string
  legally_over: boolean
}

/** 提请主任: what waits for the director's decision, and by when. */
export interface Escalation {
  cause: 'rounds' | 'lapsed' | 'stuck'
  words: string
  due: string
  due_text: string
  overdue: boolean
  back_to: CaseState
}

export interface CaseCard {
  id: string
  number: string
  service_code: string
  service_name: string
  project_type: string
  department: string
  applicant_name: string
  proxy_name: string
  hall: string
  hall_name: string
  door: string
  door_text: string
  state: CaseState
  state_text: string
  submitted_at: string | null
  submitted_text: string
  due: Due | null
  rounds: number
  version: number
  escalation: Escalation | null
  /** 容缺: names of what was promised at acceptance and has not come. */
  owing: string[]
  owing_late: boolean
}

export interface CasePage {
  id: string
  kind: string
  verdict: string
  advice: string
  added_at: string
  url: string
}

export interface CaseMaterial {
  key: string
  name: string
  kind: string
  need: string
  when: string
  verdict: 'pending' | 'accepted' | 'unreadable' | 'wrong' | 'missing'
  verdict_text: string
  remark: string
  pages: CasePage[]
  /** Its own last day for a correction. */
  correct_by_text: string
  promised_by: string | null
  promised_by_text: string
  owed: boolean
}

export interface CaseStep {
  act: string
  act_text: string
  state_text: string
  by_name: string
  door: string
  door_text: string
  at: string
  at_text: string
  words: string
}

export interface Case extends CaseCard {
  applicant: Person
  appointment_id: string | null
  materials: CaseMaterial[]
  lacking: string[]
  outcome: { granted: boolean; reason: string; ground: string; instead: string; decided_at: string } | null
  issue: {
    way: string
    code: string
    issued_at: string
    carrier: string
    taken_by: string
    relation: string
    against: string
    taken_text: string
  } | null
  evaluation: { grade: number; grade_text: string; words: string } | null
  correction: { remark: string; due: string; due_text: string; round: number } | null
  note: string
  history: CaseStep[]
  /** What the signed-in person may do to the case now. */
  acts: string[]
  /** Keys of materials without a page that may be promised for later (容缺后补). */
  may_follow: string[]
  extension: { days: number; reason: string; ground: string } | null
}

/** `offered`: the county has a service account; null: nobody is bound. */
export interface WeChatBinding {
  offered: boolean
  bound_since: string | null
}

export interface BindingCode {
  code: string
  expires_at: string
}

export interface Question {
  id: string
  number: string
  text: string
  hall: string
  owner: string
  owner_name: string
  due: string
  due_text: string
  overdue: boolean
  state: 'open' | 'answered' | 'closed'
  asked_at: string
  answer: string
  version: number
  state_text: string
  reopened: number
  grade: number | null
  grade_text: string
}

/** A paper of a case that can be printed now. */
export interface CasePaper {
  paper: string
  name: string
  url: string
}
