import { Refusal } from '@shared/api/http'
import type { Counter, Me } from '@shared/api/shapes'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { queues } from '../api'
import type { GreenGround, HallQueue, Ticket, TicketAct } from '../shapes'
import { done, noticeOf, type Notice } from '../ui/notice'
import { watchLive, type Watched } from './connection'
import { atOtherCounters, calledElsewhere, nextLook, ticketAt, withTicket } from './places'
import { recall, remember } from './remembering'

const ACT_DONE: Record<TicketAct, string> = {
  recall: '又叫了一次',
  serve: '开始办理',
  miss: '已标为过号',
  park: '已标为暂离',
  'come-back': '回到队列，按原来的次序',
  finish: '已办完',
  leave: '已标为离开',
}

/** 本中心的队列: live, as one counter of one hall sees it. */
export const useQueue = defineStore('desk-queue', () => {
  const queue = shallowRef<HallQueue>()
  const seenAt = ref(Date.now())
  const counter = ref<Counter>()
  const notice = ref<Notice>()
  /** What the other counters did last; beside the notice, so that neither overwrites the other. */
  const news = ref('')
  const trouble = ref<unknown>()
  const busy = ref(false)
  const watched = shallowRef<Watched>()
  let who: Me | undefined

  const connection = computed(() => watched.value?.connection.value ?? 'connecting')
  const mine = computed(() => queue.value && counter.value && ticketAt(queue.value, counter.value.code))

  function enter(me: Me, hall = me.hall ?? ''): void {
    leave()
    who = me
    counter.value = me.counters.find(({ code }) => code === recall(me.code)) ?? me.counters[0]
    watched.value = watchLive({
      stream: queues.events(hall),
      event: 'queue',
      onEvent: (carried) => show(carried as HallQueue),
      catchUp: () => look(hall),
    })
  }

  function leave(): void {
    watched.value?.stop()
    watched.value = undefined
    queue.value = notice.value = trouble.value = undefined
    news.value = ''
  }

  async function look(hall: string): Promise<void> {
    try {
      show(await queues.of(hall))
      trouble.value = undefined
    } catch (reason) {
      if (queue.value === undefined) trouble.value = reason
      throw reason
    }
  }

  /** Take a later look; an earlier one that was long on its way is dropped. */
  function show(seen: HallQueue): void {
    const before = queue.value
    if (before && seen.revision < before.revision) return
    queue.value = nextLook(before, seen)
    seenAt.value = Date.now()
    if (!before || !counter.value) return
    news.value = calledElsewhere(before, seen, counter.value.code).join('；') || news.value
  }

  function sitAt(code: string): void {
    counter.value = who?.counters.find((candidate) => candidate.code === code)
    if (who) remember(who.code, code)
  }

  async function callNext(): Promise<boolean> {
    const hall = queue.value?.hall
    const at = counter.value
    if (hall === undefined || !at) return false
    return change(() => queues.call(hall, at.code), (ticket) => `${ticket.number} ${ticket.holder} 请到 ${at.name}`)
  }

  const act = (ticket: Ticket, what: TicketAct): Promise<boolean> =>
    change(
      () => queues.change(ticket, what),
      (changed) => `${changed.number} ${changed.state === 'missed' ? '已标为过号' : ACT_DONE[what]}`,
    )

  const forward = (ticket: Ticket, group: string, name: string): Promise<boolean> =>
    change(() => queues.forward(ticket, group), (changed) => `${changed.number} 转到${name}，按原来的时间排`)

  const amend = (ticket: Ticket, written: { holder: string; service_code?: string }): Promise<boolean> =>
    change(() => queues.amend(ticket, written), (changed) => `${changed.number} 已改好，次序不变`)

  /** True when the person goes first now, so that the form may be closed. */
  const grantGreen = (ticket: Ticket, ground: GreenGround, why: string): Promise<boolean> =>
    change(() => queues.green(ticket, ground, why), (changed) => `${changed.number} ${changed.green_text}，原因已记下`)

  /** Open or close this counter: the waits that people are told are reckoned with it. */
  async function post(open: boolean): Promise<void> {
    if (!queue.value || !counter.value) return
    try {
      const posted = await queues.post(queue.value.hall, counter.value.code, open)
      const posts = [...queue.value.posts.filter(({ counter: code }) => code !== posted.counter), posted]
      queue.value = { ...queue.value, posts }
      notice.value = done(open ? `${counter.value.name} 开了。` : `${counter.value.name} 暂停，叫号时自动再开。`)
    } catch (reason) {
      await explain(reason)
    }
  }

  const checkIn = (appointment: string): Promise<boolean> =>
    change(() => queues.checkIn(queue.value?.hall ?? '', appointment), (ticket) => `${ticket.holder} 已签到，取到 ${ticket.number}`)

  /** True when the number was given, so that the form may be emptied. */
  const takeNumber = (wanted: { holder: string; service_code?: string; person_id?: string }): Promise<boolean> =>
    change(() => queues.takeNumber(queue.value?.hall ?? '', wanted), (ticket) => `${ticket.holder} 取到 ${ticket.number}`)

  async function change(ask: () => Promise<Ticket>, say: (ticket: Ticket) => string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    try {
      const ticket = await ask()
      if (queue.value) queue.value = withTicket(queue.value, ticket)
      notice.value = done(`${say(ticket)}。`)
      return true
    } catch (reason) {
      await explain(reason)
      return false
    } finally {
      busy.value = false
    }
  }

  async function explain(reason: unknown): Promise<void> {
    notice.value = noticeOf(reason)
    if (!(reason instanceof Refusal) || queue.value === undefined) return
    const said = notice.value
    await look(queue.value.hall).catch(() => {})
    notice.value = reason.code === 'nobody_waiting' ? { ...said, next: `${whoGotWhom()}${said.next ?? ''}` } : said
  }

  function whoGotWhom(): string {
    if (!queue.value || !counter.value) return ''
    const others = atOtherCounters(queue.value, counter.value.code)
    return others.map((ticket) => `${ticket.number} 在${ticket.counter_name}。`).join('')
  }

  return {
    queue, seenAt, connection, counter, notice, news, trouble, busy, mine,
    enter, leave, sitAt, callNext, act, forward, amend, grantGreen, post, checkIn, takeNumber,
  }
})
