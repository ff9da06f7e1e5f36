/** The server's operations that the phone page needs, and those both pages share, by the names its routes have. */
import { API, ask, upload } from './http'
import type {
  Appointment,
  BindingCode,
  Case,
  CaseCard,
  CasePaper,
  ChatAnswer,
  ChatMessage,
  DemoIdentity,
  Hall,
  Item,
  ItemCard,
  ItemName,
  Me,
  MyTicket,
  OfferedItem,
  Person,
  Question,
  Hold,
  InLine,
  Slot,
  SoonestPlace,
  WeChatBinding,
} from './shapes'

export const signing = {
  identities: async () => (await ask<{ identities: DemoIdentity[] }>('/auth/demo')).identities,
  signInAs: async (identity: string) => (await ask<{ me: Me }>('/auth/demo', { method: 'POST', body: { identity } })).me,
  signOut: () => ask<undefined>('/auth/sign-out', { method: 'POST' }),
  me: () => ask<Me>('/me'),
}

export const bindings = {
  wechat: () => ask<WeChatBinding>('/bindings/wechat'),
  /** Only for whoever has read what it means: the digits are then sent in WeChat. */
  code: () => ask<BindingCode>('/bindings/wechat/codes', { method: 'POST', body: { agreed: true } }),
  end: () => ask<WeChatBinding>('/bindings/wechat', { method: 'DELETE' }),
}

export type Said = { text: string } | { choice: string } | { photo: string }

export const chat = {
  events: `${API}/chat/events`,
  /** At most 200 messages after the cursor, oldest first, and the cursor to go on from. */
  after: (cursor: string) =>
    ask<{ messages: ChatMessage[]; last: string }>('/chat/messages', { query: { after: cursor, limit: 200 } }),
  /** A photograph goes as a data URL inside the JSON: the same body every channel sends. */
  say: (messageId: string, said: Said, onProgress?: (share: number) => void) =>
    upload<ChatAnswer>('/chat/messages', {
      body: JSON.stringify({ message_id: messageId, ...said }),
      contentType: 'application/json',
      key: messageId,
      ...(onProgress ? { onProgress } : {}),
    }),
}

export const catalogue = {
  search: async (words: string) => (await ask<{ items: ItemCard[] }>('/items', { query: { q: words, limit: 10 } })).items,
  names: async () => (await ask<{ items: ItemName[] }>('/item-names')).items,
  item: (code: string) => ask<Item>(`/items/${code}`),
}

export const halls = {
  all: async () => (await ask<{ halls: Hall[] }>('/halls')).halls,
  one: (code: string) => ask<Hall>(`/halls/${code}`),
  items: async (code: string) => (await ask<{ items: OfferedItem[] }>(`/halls/${code}/items`)).items,
  itemsFile: (code: string, form: 'pdf' | 'xlsx' | 'csv') => `${API}/halls/${code}/list?form=${form}`,
}

export const booking = {
  /** `person` is whom one acts for; nobody named is oneself. */
  soonest: async (item: string, person?: string) =>
    (await ask<{ places: SoonestPlace[] }>('/soonest', { query: { item, person, limit: 6 } })).places,
  /** With no way, any at the counter. */
  free: async (item: string, hall: string, way: string, from: string, to: string, person?: string) =>
    (await ask<{ slots: Slot[] }>('/slots', { query: { item, hall, kind: way || undefined, from, to, person, limit: 500 } })).slots,
  hold: (slot_id: string, service_code: string, key: string, person?: string) =>
    ask<Hold>('/holds', { method: 'POST', body: { slot_id, service_code, ...(person ? { person_id: person } : {}) }, key }),
  held: async () => (await ask<{ holds: Hold[] }>('/holds')).holds,
  confirm: (hold: string) => ask<Appointment>(`/holds/${hold}/confirm`, { method: 'POST', body: {} }),
  release: (hold: string) => ask<Hold>(`/holds/${hold}/release`, { method: 'POST', body: {} }),
  join: (wanted: { service_code: string; hall: string; first_day: string; last_day: string; kind?: string; person_id?: string }) =>
    ask<InLine>('/waiting', { method: 'POST', body: wanted }),
  lines: async () => (await ask<{ waiting: InLine[] }>('/waiting')).waiting,
  leave: (entry: string) => ask<{ waiting: InLine[] }>(`/waiting/${entry}/leave`, { method: 'POST', body: {} }),
}

export const appointments = {
  move: (id: string, slot_id: string) =>
    ask<Appointment>(`/appointments/${id}/move`, { method: 'POST', body: { slot_id } }),
  mine: async () => (await ask<{ appointments: Appointment[] }>('/appointments')).appointments,
  cancel: (id: string) => ask<Appointment>(`/appointments/${id}/cancel`, { method: 'POST', body: {} }),
  calendarFile: (id: string) => `${API}/appointments/${id}/calendar.ics`,
}

/** 我的号 today, and what one may do with it oneself. */
export const places = {
  mine: async () => (await ask<{ tickets: MyTicket[] }>('/my/tickets')).tickets,
  checkIn: (appointment: Appointment, key: string) =>
    ask<unknown>(`/halls/${appointment.hall}/check-in`, { method: 'POST', body: { appointment: appointment.number }, key }),
  take: (hall: string, key: string) => ask<unknown>(`/halls/${hall}/tickets`, { method: 'POST', body: {}, key }),
  change: (ticket: MyTicket, act: 'come-back' | 'leave') =>
    ask<unknown>(`/tickets/${ticket.id}/${act}`, { method: 'POST', body: { version: ticket.version } }),
  code: (appointment: Appointment) => `${API}/appointments/${appointment.id}/code.svg`,
}

export const handovers = {
  claim: (token: string) => ask<Case>('/handovers/claim', { method: 'POST', body: { token } }),
}

export const cases = {
  mine: async () => (await ask<{ cases: CaseCard[] }>('/cases')).cases,
  one: (id: string) => ask<Case>(`/cases/${id}`),
  papers: async (id: string) => (await ask<{ papers: CasePaper[] }>(`/cases/${id}/papers`)).papers,
  addPage: (id: string, material: string, photo: Blob, key: string, onProgress?: (share: number) => void) =>
    upload<{ case: Case; page: { verdict: string; advice: string } }>(`/cases/${id}/pages`, {
      body: photo,
      contentType: photo.type || 'application/octet-stream',
      key,
      query: { material },
      ...(onProgress ? { onProgress } : {}),
    }),
  /** What is still lacking will be brought to the counter. A repeated press comes with the key of the first. */
  submit: (id: string, key?: string) => ask<Case>(`/cases/${id}/submit`, { method: 'POST', body: { bring_later: true }, ...keyed(key) }),
  resupply: (id: string, key?: string) => ask<Case>(`/cases/${id}/resupply`, { method: 'POST', body: {}, ...keyed(key) }),
  withdraw: (id: string, why: string, key?: string) => ask<Case>(`/cases/${id}/withdraw`, { method: 'POST', body: { why }, ...keyed(key) }),
  evaluate: (id: string, grade: number, words: string, key?: string) =>
    ask<Case>(`/cases/${id}/evaluate`, { method: 'POST', body: { grade, words }, ...keyed(key) }),
}

export const questions = {
  mine: async () => (await ask<{ questions: Question[] }>('/questions')).questions,
}

export const villagers = {
  all: async () => (await ask<{ people: Person[] }>('/villagers')).people,
  add: (villager: { name: string; id_number: string; phone: string }) =>
    ask<Person>('/villagers', { method: 'POST', body: villager }),
}

function keyed(key: string | undefined): { key?: string } {
  return key === undefined ? {} : { key }
}
