import { describe, expect, it } from 'vitest'

import { calledElsewhere, nextLook, setAside, ticketAt, waitingElsewhere, waitingFor, withTicket } from '../../src/desk/queue/places'
import { aQueue, aTicket } from './scenery'

const MINE = 'anwen-comprehensive-1'
const OTHER = { counter: 'anwen-comprehensive-2', counter_name: '综合窗口2' }

describe('排队 as one counter sees it', () => {
  it('shows the person being served before the one only called', () => {
    const served = aTicket({ id: 'a', state: 'serving', counter: MINE })
    const called = aTicket({ id: 'b', state: 'called', counter: MINE })

    expect(ticketAt(aQueue([called, served]), MINE)?.id).toBe('a')
  })

  it('keeps the order of the server, which is the order of calling', () => {
    const queue = aQueue([aTicket({ id: 'late', number: 'A009' }), aTicket({ id: 'early', number: 'A002' })])

    expect(waitingFor(queue, 'comprehensive').map(({ number }) => number)).toEqual(['A009', 'A002'])
  })

  it('counts those who wait for other counters, and does not list them', () => {
    const queue = aQueue([aTicket(), aTicket({ id: 'p', group: 'police', group_text: '公安窗口' })])

    expect(waitingElsewhere(queue, 'comprehensive')).toEqual(['公安窗口 1 人'])
  })

  it('lists the missed and the parked, who come back by an explicit act', () => {
    const states = ['waiting', 'missed', 'parked', 'done'] as const
    const queue = aQueue(states.map((state) => aTicket({ id: state, state })))

    expect(setAside(queue).map(({ state }) => state)).toEqual(['missed', 'parked'])
  })

  it('tells who was called to which other counter, once', () => {
    const before = aQueue([aTicket({ id: 'a' }), aTicket({ id: 'b', number: 'A002' })])
    const after = aQueue([
      aTicket({ id: 'a', state: 'called', counter: MINE }),
      aTicket({ id: 'b', number: 'A002', state: 'called', ...OTHER }),
    ])

    expect(calledElsewhere(before, after, MINE)).toEqual(['综合窗口2 叫了 A002'])
    expect(calledElsewhere(after, after, MINE)).toEqual([])
  })

  it('does not take back what the answer to a press has already shown', () => {
    const answered = withTicket(aQueue([aTicket()]), aTicket({ state: 'called', version: 2 }))

    const look = nextLook(answered, aQueue([aTicket()]))

    expect(look.tickets[0]?.state).toBe('called')
  })

  it('takes a later look over an earlier answer', () => {
    const answered = withTicket(aQueue([aTicket()]), aTicket({ state: 'called', version: 2 }))

    const look = nextLook(answered, aQueue([aTicket({ state: 'serving', version: 3 })]))

    expect(look.tickets[0]?.state).toBe('serving')
  })
})
