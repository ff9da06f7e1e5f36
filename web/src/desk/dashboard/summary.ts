/** 看板数字: counted from the very rows the desk works with, so that each can be shown with what it counts. */
import type { Hall } from '@shared/api/shapes'

import type { Figures, HallQueue, TicketState } from '../shapes'

export interface Bar {
  name: string
  count: number
}

export interface HallSummary {
  code: string
  name: string
  waiting: number
  /** Minutes of whoever waits longest. */
  longest: number
  serving: number
  done: number
  booked: number
  cases: number
  late: number
  soon: number
  questions: number
  /** 就近可办率 in per cent; undefined until it is known. */
  nearby: string | undefined
  states: Bar[]
}

export function summaryOf(hall: Hall, queue: HallQueue | undefined, figures: Figures | undefined): HallSummary {
  const tickets = queue?.tickets ?? []
  const cases = queue?.cases ?? []
  const having = (state: TicketState): number => tickets.filter((ticket) => ticket.state === state).length
  const lit = (light: string): number => cases.filter(({ due }) => due?.light === light).length
  const waits = tickets.filter(({ state }) => state === 'waiting').map(({ waited_minutes }) => waited_minutes)
  return {
    code: hall.code,
    name: hall.name,
    waiting: waits.length,
    longest: Math.max(0, ...waits),
    serving: having('called') + having('serving'),
    done: having('done'),
    booked: queue?.booked.length ?? 0,
    cases: cases.length,
    late: lit('red'),
    soon: lit('yellow'),
    questions: queue?.questions_open ?? 0,
    nearby: figures && `${(figures.nearby.rate * 100).toFixed(1)}%`,
    states: counted(cases.map(({ state_text }) => state_text)),
  }
}

function counted(words: readonly string[]): Bar[] {
  const counts = new Map<string, number>()
  words.forEach((word) => counts.set(word, (counts.get(word) ?? 0) + 1))
  return [...counts].map(([name, count]) => ({ name, count })).sort((one, other) => other.count - one.count)
}
