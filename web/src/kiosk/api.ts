/** The few requests a kiosk may make; it reads the hall's screen, never the hall's line. */
import { ask } from '@shared/api/http'
import type { ItemCard } from '@shared/api/shapes'

export interface Kiosk {
  device: string
  name: string
  hall: string
  hall_name: string
  phone: string
  can_start: string[]
  can_finish: string[]
  wrong_entries: string[]
}

export interface KioskTicket {
  id: string
  number: string
  service_name: string
  state: string
  state_text: string
  wait_text: string
  missed: boolean
}

export interface KioskCase {
  id: string
  number: string
  service_code: string
  service_name: string
  state: string
  state_text: string
  ready: boolean
}

export interface Visitor {
  card: boolean
  name: string
  pages: { kind: string; verdict: string; advice: string }[]
  appointments: { number: string; start_text: string; service_name: string }[]
  tickets: KioskTicket[]
  cases: KioskCase[]
}

export interface Started {
  id: string
  number: string
  service_name: string
  state_text: string
  lacking: string[]
}

export interface Slip {
  id: string
  kind: 'ticket' | 'case' | 'result'
  copy_number: number
  facts: Record<string, string>
}

/** Raised when what the page can do changes. */
const RELEASE = '就近办自助机页 1'

const post = <T>(path: string, body: object, key?: string): Promise<T> =>
  ask<T>(path, { method: 'POST', body, ...(key ? { key } : {}) })

export const kiosk = {
  begin: (token: string) => post<{ device: string }>('/kiosk/session', { token }),
  /** What this machine takes to its end, for the county's adaptation rate; told at every start. */
  report: (services: string[]) => ask<unknown>('/kiosk/abilities', { method: 'PUT', body: { services, release: RELEASE } }),
  self: () => ask<Kiosk>('/kiosk'),
  visitor: () => ask<Visitor>('/kiosk/visitor'),
  stepAway: () => post<Visitor>('/kiosk/step-away', {}),
  checkIn: (code: string | undefined, key: string) => post<KioskTicket>('/kiosk/check-in', code ? { code } : {}, key),
  takeNumber: (code: string | undefined, key: string) =>
    post<KioskTicket>('/kiosk/tickets', code ? { service_code: code } : {}, key),
  comeBack: (ticket: string) => post<KioskTicket>(`/kiosk/tickets/${ticket}/come-back`, {}),
  start: (code: string, key: string) => post<Started>('/kiosk/cases', { service_code: code }, key),
  collect: (id: string, key: string) => post<KioskCase>(`/kiosk/cases/${id}/collect`, {}, key),
  slips: async () => (await ask<{ slips: Slip[] }>('/kiosk/slips')).slips,
  claim: (slip: string) => post<Slip>(`/kiosk/slips/${slip}/claim`, {}),
  search: async (words: string) => (await ask<{ items: ItemCard[] }>('/items', { query: { q: words, limit: 6 } })).items,
  items: async () => (await ask<{ items: ItemCard[] }>('/items')).items,
}
