/** 排队 as one counter sees it: whose turn, who was set aside, who is where. Pure, so that the tests need no page. */
import type { HallQueue, Ticket } from '../shapes'

const AT_COUNTER = ['called', 'serving']

/** The number this counter is busy with: the one being served before one that was only called. */
export function ticketAt(queue: HallQueue, counter: string): Ticket | undefined {
  const here = queue.tickets.filter((ticket) => ticket.counter === counter && AT_COUNTER.includes(ticket.state))
  return here.find((ticket) => ticket.state === 'serving') ?? here[0]
}

/** Those who wait for a group of counters, in the order they will be called. */
export function waitingFor(queue: HallQueue, group: string): Ticket[] {
  return queue.tickets.filter((ticket) => ticket.state === 'waiting' && ticket.group === group)
}

/** How many wait for each other group of counters, as words: 公安窗口 3 人. */
export function waitingElsewhere(queue: HallQueue, group: string): string[] {
  const counts = new Map<string, number>()
  const others = queue.tickets.filter((ticket) => ticket.state === 'waiting' && ticket.group !== group)
  others.forEach(({ group_text }) => counts.set(group_text, (counts.get(group_text) ?? 0) + 1))
  return [...counts].map(([name, count]) => `${name} ${count} 人`)
}

/** Called and not there, or gone for a moment: they come back by an explicit act. */
export function setAside(queue: HallQueue): Ticket[] {
  return queue.tickets.filter((ticket) => ticket.state === 'missed' || ticket.state === 'parked')
}

/** Who is at the other counters. */
export function atOtherCounters(queue: HallQueue, counter: string): Ticket[] {
  const others = queue.tickets.filter((ticket) => ticket.counter !== counter && AT_COUNTER.includes(ticket.state))
  return others.sort((one, other) => one.counter_name.localeCompare(other.counter_name, 'zh-CN', { numeric: true }))
}

/** Who was called to which other counter between two looks: 综合窗口2 叫了 A004. */
export function calledElsewhere(before: HallQueue, after: HallQueue, counter: string): string[] {
  const known = new Map(before.tickets.map((ticket) => [ticket.id, ticket]))
  return atOtherCounters(after, counter)
    .filter((ticket) => !AT_COUNTER.includes(known.get(ticket.id)?.state ?? 'waiting'))
    .map((ticket) => `${ticket.counter_name} 叫了 ${ticket.number}`)
}

/** A later look at one ticket laid into the queue, unless the queue already shows a later one still. */
export function withTicket(queue: HallQueue, changed: Ticket): HallQueue {
  const shown = queue.tickets.find((ticket) => ticket.id === changed.id)
  if (shown && shown.version >= changed.version) return queue
  const tickets = shown
    ? queue.tickets.map((ticket) => (ticket.id === changed.id ? changed : ticket))
    : [...queue.tickets, changed]
  return { ...queue, tickets, booked: queue.booked.filter((booking) => booking.id !== changed.appointment_id) }
}

/** A later look at the whole queue, without taking back what the answer to an act has already shown of one ticket. */
export function nextLook(before: HallQueue | undefined, seen: HallQueue): HallQueue {
  const known = new Map(before?.tickets.map((ticket) => [ticket.id, ticket]))
  const tickets = seen.tickets.map((ticket) => {
    const shown = known.get(ticket.id)
    return shown && shown.version > ticket.version ? shown : ticket
  })
  return { ...seen, tickets }
}
