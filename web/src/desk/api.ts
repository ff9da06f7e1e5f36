/** The server's operations that only the desk page needs; the others are in shared/api/endpoints.ts. */
import { API, ask, follow, upload, type Step } from '@shared/api/http'
import type { Case, CaseCard, ItemCard, Question } from '@shared/api/shapes'

import type { AskedRows, CheckedImport, FigureRows, HallFigures, ImportPart, ImportStretch, Shortfall, TrendMonth, Work } from './figure-shapes'
import type { Effect, Explained, Heard, HeardState, Lesson, Teaching } from './learning/shapes'
import { askSurely } from './retries'
import type { ActWords, CaseAct, CounterTray, Figures, GreenGround, HallHours, HallQueue, HoursChange, HoursPreview, HoursWish, Post, Ticket, TicketAct, Undelivered, Visit, VisitDay } from './shapes'

export const queues = {
  events: (hall: string) => `${API}/halls/${hall}/queue/events`,
  of: (hall: string) => ask<HallQueue>(`/halls/${hall}/queue`),
  call: (hall: string, counter: string) => askSurely<Ticket>(`/halls/${hall}/call`, { counter }),
  checkIn: (hall: string, appointment: string) => askSurely<Ticket>(`/halls/${hall}/check-in`, { appointment }),
  takeNumber: (hall: string, wanted: { holder: string; service_code?: string; person_id?: string }) =>
    askSurely<Ticket>(`/halls/${hall}/tickets`, wanted),
  change: (ticket: Ticket, act: TicketAct) =>
    askSurely<Ticket>(`/tickets/${ticket.id}/${act}`, { version: ticket.version }),
  forward: (ticket: Ticket, group: string) =>
    askSurely<Ticket>(`/tickets/${ticket.id}/forward`, { version: ticket.version, group }),
  amend: (ticket: Ticket, written: { holder: string; service_code?: string }) =>
    askSurely<Ticket>(`/tickets/${ticket.id}/amend`, { version: ticket.version, ...written }),
  green: (ticket: Ticket, ground: GreenGround, why: string) =>
    askSurely<Ticket>(`/tickets/${ticket.id}/green`, { version: ticket.version, ground, why }),
  post: (hall: string, counter: string, open: boolean) =>
    ask<Post>(`/halls/${hall}/counters/${counter}/post`, { method: 'PUT', body: { open } }),
}

// The server's address of an act; the acts without one here are reached by their own name.
const ADDRESS: Partial<Record<CaseAct, string>> = { hand_over: 'hand-over', ask_correction: 'correction' }
// Acts a person could also do alone; they are not tied to what one page showed.
const WITHOUT_VERSION: readonly CaseAct[] = ['submit', 'resupply']

export const caseWork = {
  one: (idOrNumber: string) => ask<Case>(`/cases/${idOrNumber}`),
  open: (wanted: { service_code: string; hall: string; person_id: string }) => askSurely<Case>('/cases', wanted),
  act: (shown: Case, act: CaseAct, words: ActWords[CaseAct]) => {
    const version = WITHOUT_VERSION.includes(act) ? {} : { version: shown.version }
    return askSurely<Case>(`/cases/${shown.id}/${ADDRESS[act] ?? act}`, { ...version, ...words })
  },
  addPage: (id: string, material: string, photo: Blob, key: string) =>
    upload<{ case: Case; page: { verdict: string; advice: string } }>(`/cases/${id}/pages`, {
      body: photo,
      contentType: photo.type || 'application/octet-stream',
      key,
      query: { material },
    }),
  reveal: async (id: string) =>
    (await ask<{ id_number: string }>(`/cases/${id}/id-number`, { method: 'POST', body: {} })).id_number,
  escalated: async () => (await ask<{ cases: CaseCard[] }>('/escalations')).cases,
  ofDepartment: async () => (await ask<{ cases: CaseCard[] }>('/department/cases')).cases,
}

export const hours = {
  of: (hall: string) => ask<HallHours>(`/halls/${hall}/hours`),
  preview: (hall: string, wish: HoursWish) =>
    ask<HoursPreview>(`/halls/${hall}/hours/preview`, { method: 'POST', body: wish }),
  change: (hall: string, wish: HoursWish) => askSurely<HoursChange>(`/halls/${hall}/hours/changes`, wish),
}

export const undelivered = {
  all: async () => (await ask<{ messages: Undelivered[] }>('/undelivered')).messages,
  sendAgain: async (numbers: number[]) =>
    (await ask<{ messages: Undelivered[] }>('/undelivered/send-again', { method: 'POST', body: { numbers } })).messages,
}

export const questions = {
  ofHall: async (hall: string) => (await ask<{ questions: Question[] }>(`/halls/${hall}/questions`)).questions,
  answer: (question: Question, answer: string) =>
    askSurely<Question>(`/questions/${question.id}/answer`, { version: question.version, answer }),
}

export const counters = {
  tray: (hall: string, counter: string) => ask<CounterTray>(`/halls/${hall}/counters/${counter}/card`),
  /** Only if `card` still is the one that lies there. */
  openCase: (hall: string, counter: string, wanted: { service_code: string; card: string }) =>
    askSurely<Case>(`/halls/${hall}/counters/${counter}/cases`, wanted),
}

export const figures = {
  of: (hall: string) => ask<Figures>(`/halls/${hall}/figures`),
  sheet: async (month: string, hall?: string) => (await ask<{ halls: HallFigures[] }>('/figures', { query: { month, hall } })).halls,
  trend: async (month: string, hall?: string) =>
    (await ask<{ months: TrendMonth[] }>('/figures/trend', { query: { month, hall } })).months,
  shortfalls: async (month: string, hall?: string) =>
    (await ask<{ shortfalls: Shortfall[] }>('/figures/shortfalls', { query: { month, hall } })).shortfalls,
  workload: async (month: string, hall?: string) =>
    (await ask<{ workload: Work[] }>('/figures/workload', { query: { month, hall } })).workload,
  rows: (asked: AskedRows, after = '') =>
    ask<FigureRows>(`/figures/rows/${asked.listing}`, {
      query: { month: asked.month, hall: asked.hall, split: asked.key ? 'who' : undefined, key: asked.key, after: after || undefined },
    }),
  file: (what: 'report' | 'assessment', form: string, month: string, hall?: string) =>
    `${API}/figures/${what}?form=${form}&month=${month}${hall ? `&hall=${hall}` : ''}`,
}

export const catalogueFiles = {
  template: (form: string) => `${API}/catalogue/template?form=${form}`,
  exported: (form: string) => `${API}/catalogue/export?form=${form}`,
  recent: async () => (await ask<{ imports: CheckedImport[] }>('/catalogue/imports')).imports,
  check: (file: File, wanted: { whole: boolean; begins: string }, onStep: (step: Step) => void) =>
    follow<CheckedImport>(
      '/catalogue/imports',
      { body: file, query: { name: file.name, whole: String(wanted.whole), begins: wanted.begins || undefined } },
      onStep,
    ),
  report: (id: string, part: ImportPart, after = 0) =>
    ask<ImportStretch>(`/catalogue/imports/${id}/report`, { query: { part, after } }),
  apply: (id: string, onStep: (step: Step) => void) => follow<CheckedImport>(`/catalogue/imports/${id}/apply`, {}, onStep),
  drop: (id: string) => ask<CheckedImport>(`/catalogue/imports/${id}/drop`, { method: 'POST', body: {} }),
}

// A lesson is tried on hundreds of sentences, in a process that the first one starts; on a busy machine that is half a minute.
const LESSON_WITHIN = 90_000

export const learning = {
  heard: async (state: HeardState) => (await ask<{ heard: Heard[] }>('/learning', { query: { state } })).heard,
  dismiss: (heard: string) => askSurely<Heard>('/learning/dismiss', { heard }),
  preview: (lesson: Lesson) => ask<Effect>('/learning/preview', { method: 'POST', body: lesson, within: LESSON_WITHIN }),
  teach: (lesson: Lesson) => askSurely<Teaching>('/learning/teach', lesson, LESSON_WITHIN),
  taught: async () => (await ask<{ teachings: Teaching[] }>('/learning/taught')).teachings,
  unteach: (teaching: string) => askSurely<Teaching>('/learning/unteach', { teaching }),
  explain: (text: string) => ask<Explained>('/explain', { query: { text } }),
}

export const catalogueList = async () => (await ask<{ items: ItemCard[] }>('/items')).items

export const visits = {
  of: (hall: string, day: string) => ask<VisitDay>(`/halls/${hall}/visits?day=${day}`),
  plan: (hall: string, day: string) => askSurely<VisitDay>(`/halls/${hall}/visits/plan`, { day }),
  crew: (hall: string, day: string, clerks: string[]) => askSurely<VisitDay>(`/halls/${hall}/visits/crew`, { day, clerks }),
  pin: (visit: Visit, wish: { clerk?: string; position?: number }) =>
    askSurely<VisitDay>(`/visits/${visit.appointment}/pin`, wish),
  swap: (one: Visit, other: Visit) =>
    askSurely<VisitDay>(`/visits/${one.appointment}/swap`, { other: other.appointment }),
  contact: (visit: Visit) => askSurely<{ phone: string; address: string }>(`/visits/${visit.appointment}/contact`, {}),
  end: (visit: Visit, end: 'done' | 'nobody_home') =>
    askSurely<VisitDay>(`/visits/${visit.appointment}/end`, { version: visit.version, end }),
}
