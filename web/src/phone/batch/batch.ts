import { newId } from '@shared/ids'
import { defineStore } from 'pinia'
import { computed, ref, toRaw } from 'vue'

import type { Table } from '../keeping/database'
import { carryOut, finished, openDrafts, openDrawer, realLine, type Draft, type Drawer, type Errand, type Line, type Noted } from './errands'

const FIRST_PAUSE = 3_000
const LONGEST_PAUSE = 60_000

/** 代办篮: the errands of one proxy, kept in this telephone and carried out one after another whenever the line allows. */
export const useBatch = defineStore('batch', () => {
  const errands = ref<Errand[]>([])
  const waitingForLine = ref(false)
  /** The errand that is being carried out at this moment. */
  const underWay = ref('')
  let owner = ''
  let sure: () => Promise<void> = async () => {}
  let drawer: Drawer | undefined
  let drafts: Promise<Table<Draft>> | undefined
  let line: Line = realLine
  let running = false
  let again = false
  let pause = FIRST_PAUSE
  let timer: ReturnType<typeof setTimeout> | undefined

  const unsent = computed(() => errands.value.filter((errand) => !finished(errand) && !errand.refused).length)

  /** Take up what this account left, and go on, each time `certain` that the session is still this account's. */
  async function openFor(account: string, certain = sure, given?: { drawer: Drawer; line: Line }): Promise<void> {
    if (given) [drawer, line] = [given.drawer, given.line]
    drawer ??= await openDrawer()
    owner = account
    sure = certain
    errands.value = await drawer.of(account)
    void pump()
  }

  /** Stop; what waits stays in the drawer for the next time this account signs in. */
  function close(): void {
    owner = ''
    errands.value = []
    waitingForLine.value = false
    clearTimeout(timer)
  }

  /** Write a matter down; false when this telephone could not keep it, so that it lives only as long as the page. */
  async function add(noted: Noted): Promise<boolean> {
    // Some browsers throw away what a page keeps when room gets scarce, unless it was asked not to.
    void navigator.storage?.persist?.().catch(() => {})
    const made: Errand = { ...noted, id: newId(), made: Date.now(), owner, mandated: false, laid: 0 }
    errands.value.push(made)
    const kept = await keep(made)
    void pump()
    return kept
  }

  async function discard(id: string): Promise<void> {
    errands.value = errands.value.filter((errand) => errand.id !== id)
    await drawer?.take(id)
  }

  /** Try now instead of when the pause is over. */
  function retry(): void {
    clearTimeout(timer)
    pause = FIRST_PAUSE
    again = running
    void pump()
  }

  /** Ask again for what was refused: the reason may have gone since. */
  async function tryAgain(errand: Errand): Promise<void> {
    delete errand.refused
    await keep(errand)
    retry()
  }

  async function pump(): Promise<void> {
    if (running) return
    running = true
    try {
      // Whoever asks for a try while one is just failing gets another.
      do {
        again = false
        while (owner && (await carryNext())) pause = FIRST_PAUSE
      } while (again)
    } finally {
      running = false
      underWay.value = ''
    }
  }

  /** Whether there was one to carry, and the line held. */
  async function carryNext(): Promise<boolean> {
    const next = errands.value.find((errand) => !finished(errand) && !errand.refused)
    if (!next) {
      waitingForLine.value = false
      return false
    }
    underWay.value = next.id
    try {
      await sure()
    } catch {
      return later()
    }
    if (!(await carryOut(next, line, keepStep, () => errands.value.includes(next)))) return later()
    waitingForLine.value = false
    return true
  }

  // A line that carries a step now and then is worth trying again soon.
  function keepStep(errand: Errand): Promise<boolean> {
    pause = FIRST_PAUSE
    return keep(errand)
  }

  function later(): false {
    if (!owner) return false
    waitingForLine.value = true
    timer = setTimeout(() => void pump(), pause)
    pause = Math.min(pause * 2, LONGEST_PAUSE)
    return false
  }

  /** Whether it is on the disk. A full disk must not stop the sending; what was taken off the list does not come back to it. */
  async function keep(errand: Errand): Promise<boolean> {
    if (!errands.value.some(({ id }) => id === errand.id)) return false
    try {
      await drawer?.put(toRaw(errand))
      return true
    } catch {
      return false
    }
  }

  const draftTable = (): Promise<Table<Draft>> => (drafts ??= openDrafts())

  /** What this account left in the form. */
  async function draft(): Promise<Partial<Noted>> {
    const kept = await (await draftTable()).get(owner).catch(() => undefined)
    return kept?.noted ?? {}
  }

  async function keepDraft(noted: Partial<Noted> | undefined): Promise<void> {
    if (!owner) return
    const table = await draftTable()
    await (noted ? table.put({ owner, made: Date.now(), noted }) : table.take(owner)).catch(() => {})
  }

  addEventListener('online', retry)
  return { errands, unsent, waitingForLine, underWay, openFor, close, add, discard, retry, tryAgain, draft, keepDraft }
})
