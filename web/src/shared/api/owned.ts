/** What has an owner and a day: questions' history, follow-ups, help requests, work orders, staff, statements, mandates. */
import { ask, upload } from './http'
import type { Question } from './shapes'

export interface Step {
  act: string
  act_text: string
  by_name: string
  at: string
  at_text: string
  owner_name: string
  due_text: string
  words: string
}
export type WithHistory<T> = T & { history: Step[] }

export interface Colleague {
  code: string
  name: string
}

export interface FollowUp {
  id: string
  number: string
  about: string
  service_name: string
  grade: number
  grade_text: string
  words: string
  owner: string
  owner_name: string
  contact_by_text: string
  due_text: string
  overdue: boolean
  state: 'open' | 'contacted' | 'closed'
  state_text: string
  finding: string
  remedy: string
  second_grade: number | null
  second_text: string
  second_words: string
  version: number
}

export interface Help {
  id: string
  number: string
  person_id: string
  person_name: string
  service_code: string | null
  service_name: string
  text: string
  owner: string
  owner_name: string
  due_text: string
  overdue: boolean
  state: 'asked' | 'accepted' | 'forwarded' | 'returned' | 'advised' | 'done'
  state_text: string
  waiting: boolean
  asked_text: string
  answer: string
  case_number: string
  version: number
}
export type HelpAct = 'accept' | 'advise' | 'hand-back' | 'forward' | 'done'

export interface Order {
  id: string
  number: string
  about: 'item' | 'system'
  service_code: string | null
  service_name: string
  text: string
  images: string[]
  opened_by: string
  opened_name: string
  owner_name: string
  due_text: string
  overdue: boolean
  state: 'open' | 'answered' | 'verified' | 'closed'
  state_text: string
  opened_text: string
  answer: string
  reopened: number
  version: number
}
export type OrderAct = 'answer' | 'verify' | 'reopen' | 'close'

export interface Duty {
  id: string
  account: string
  name: string
  post: string
  post_text: string
  counter_name: string
  start: string
  end: string
  text: string
}

export interface Member {
  code: string
  name: string
  role: string
  role_text: string
  groups_text: string[]
  trainings: { course: string; course_text: string; until: string; until_text: string; valid: boolean; note: string }[]
  lacking: string[]
  authorisations: { service_code: string; service_name: string; allowed: boolean; until: string | null; why: string }[]
  on_duty: Duty | null
}

export interface Approver {
  code: string
  name: string
  department: string
  trainings: Member['trainings']
  lacking: string[]
}
export interface Approvers {
  approvers: Approver[]
  courses: Roster['courses']
  how_to: string
}

export interface Roster {
  hall: string
  members: Member[]
  duties: Duty[]
  courses: { course: string; name: string }[]
  how_to: string
}

export interface Statement {
  proxy: string
  proxy_name: string
  village_name: string
  month: string
  stars: number | null
  average: string
  base_yuan: number
  business_yuan: number
  star_yuan: number
  total_yuan: number
  formula: string[]
  business: { number: string; service_name: string; applicant_name: string; submitted_on: string; state_text: string }[]
  grades: { number: string; service_name: string; grade: number; grade_text: string; given_on: string; after_follow_up: boolean }[]
}

export interface ProxyRow {
  proxy: string
  proxy_name: string
  village_name: string
  cases: number
  stars: number | null
  average: string
  total_yuan: number
}

export interface Mandate {
  id: string
  person_id: string
  statement: string
  evidence: string
  expires_on: string
  person_name: string
  holder_name: string
  services: string[]
  service_names: string[]
  in_force: boolean
  mine: boolean
  state_text: string
}

/** Ask for a change: the desk page asks surely, the telephone plainly; both carry a key. */
export type Send = <T>(path: string, body: object) => Promise<T>
export const post: Send = <T>(path: string, body: object) => ask<T>(path, { method: 'POST', body })

export const GRADES: readonly (readonly [number, string])[] = [
  [5, '非常满意'],
  [4, '满意'],
  [3, '基本满意'],
  [2, '不满意'],
  [1, '非常不满意'],
]

export const owned = {
  questionsToAnswer: async () => (await ask<{ questions: Question[] }>('/my/questions')).questions,
  question: (id: string) => ask<WithHistory<Question>>(`/questions/${id}`),
  colleagues: async () => (await ask<{ colleagues: Colleague[] }>('/my/colleagues')).colleagues,
  overdue: (hall: string | null) =>
    ask<{ questions: Question[]; help_requests: Help[]; follow_ups: FollowUp[] }>('/overdue', { query: { hall: hall ?? undefined } }),
  followUps: async (hall: string | null) =>
    (await ask<{ follow_ups: FollowUp[] }>('/follow-ups', { query: { hall: hall ?? undefined } })).follow_ups,
  myFollowUps: async () => (await ask<{ follow_ups: FollowUp[] }>('/my/follow-ups')).follow_ups,
  followUp: (id: string) => ask<WithHistory<FollowUp>>(`/follow-ups/${id}`),
  followUpColleagues: async (id: string) => (await ask<{ colleagues: Colleague[] }>(`/follow-ups/${id}/colleagues`)).colleagues,
  help: async () => (await ask<{ requests: Help[] }>('/help')).requests,
  helpAt: async (hall: string) => (await ask<{ requests: Help[] }>(`/halls/${hall}/help`)).requests,
  orders: async (closed: boolean) => (await ask<{ orders: Order[] }>('/work-orders', { query: { closed: String(closed) } })).orders,
  order: (id: string) => ask<WithHistory<Order>>(`/work-orders/${id}`),
  addOrderImage: (id: string, photo: Blob, key: string) =>
    upload<Order>(`/work-orders/${id}/images`, { body: photo, contentType: photo.type || 'application/octet-stream', key }),
  staff: (hall: string, week: string) => ask<Roster>(`/halls/${hall}/staff`, { query: { week: week || undefined } }),
  approvers: () => ask<Approvers>('/approvers'),
  statement: (proxy: string, month: string) =>
    ask<Statement>('/statement', { query: { proxy: proxy || undefined, month: month || undefined } }),
  statementFile: (kind: 'pdf' | 'xlsx', proxy: string, month: string) =>
    `/api/v1/statement/${kind}?proxy=${encodeURIComponent(proxy)}&month=${encodeURIComponent(month)}`,
  proxies: (hall: string) => ask<{ month: string; proxies: ProxyRow[] }>(`/halls/${hall}/proxies`),
  mandates: async () => (await ask<{ mandates: Mandate[] }>('/mandates')).mandates,
  mandatesOf: async (person: string) => (await ask<{ mandates: Mandate[] }>(`/people/${person}/mandates`)).mandates,
}
