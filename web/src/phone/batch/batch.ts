import { defineStore } from 'pinia'
import { computed, ref, toRaw } from 'vue'

import { carryOut, finished, openDrawer, realLine, type Drawer, type Errand, type Line } from './errands'

const FIRST_PAUSE = 3_000
const LONGEST_PAUSE = 60_000

/** 代办篮: the errands of one proxy, kept in this telephone and carried out one after another whenever the line allows. */
export const useBatch = defineStore('batch', () => {
  const errands = ref<Errand[]>([])
  const waitingForLine = ref(false)
  let owner = ''
  let drawer: Drawer | undefined
  let line: Line = realLine
  let running = false
  let pause = FIRST_PAUSE
  let timer: ReturnType<typeof setTimeout> | undefined

  const unsent = computed(() => errands.value.filter((errand) => !finished(errand) && !errand.refused).length)

  async function openFor(account: string, given?: { drawer: Drawer; line: Line }): Promise<void> {
    if (given) [drawer, line] = [given.drawer, given.line]
    drawer ??= await openDrawer()
    owner = account
    errands.value = await drawer.of(account)
    void pump()
  }

  /** Stop; what waits stays in the drawer for the next time this account signs in. */
  function close(): void {
    owner = ''
    errands.value = []
    clearTimeout(timer)
  }

  async function add(errand: Omit<Errand, 'owner'>): Promise<void> {
    const made: Errand = { ...errand, owner }
    errands.value.push(made)
    await keep(made)
    void pump()
  }

  async function discard(id: string): Promise<void> {
    errands.value = errands.value.filter((errand) => errand.id !== id)
    await drawer?.take(id)
  }

  /** Try now instead of when the pause is over. */
  function retry(): void {
    clearTimeout(timer)
    pause = FIRST_PAUSE
    void pump()
  }

  async function pump(): Promise<void> {
    if (running) return
    running = true
    try {
      for (const errand of [...errands.value]) {
        if (!owner || finished(errand) || errand.refused) continue
        if (!(await carryOut(errand, line, keep))) return later()
        waitingForLine.value = false
        pause = FIRST_PAUSE
      }
    } finally {
      running = false
    }
    if (owner && unsent.value > 0 && !waitingForLine.value) void pump()
  }

  function later(): void {
    waitingForLine.value = true
    timer = setTimeout(() => void pump(), pause)
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  }

  async function keep(errand: Errand): Promise<void> {
    // A full disk must not stop the sending; then this errand only lives as long as the page.
    await drawer?.put(structuredClone(toRaw(errand))).catch(() => {})
  }

  addEventListener('online', retry)
  return { errands, unsent, waitingForLine, openFor, close, add, discard, retry }
})
