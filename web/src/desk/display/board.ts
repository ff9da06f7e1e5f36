/** 叫号屏 as the server sends it: masked names, no ids; a higher `revision` is a later look. */
import { API, ask } from '@shared/api/http'

export interface Shown {
  number: string
  holder: string
  group: string
  state: 'waiting' | 'called' | 'serving' | 'missed'
  state_text: string
  counter: string
  /** The counter's sign, "03". */
  counter_number: string
  calls: number
  first: boolean
}

export interface GroupLine {
  group: string
  group_text: string
  waiting: number
  counters: number
  wait_text: string
}

export interface Board {
  hall: string
  hall_name: string
  revision: number
  at: string
  called: Shown[]
  next: Shown[]
  missed: Shown[]
  waiting: number
  groups: GroupLine[]
  rules_text: string
}

export const boards = {
  events: (hall: string) => `${API}/halls/${hall}/display/events`,
  of: (hall: string) => ask<Board>(`/halls/${hall}/display`),
}
