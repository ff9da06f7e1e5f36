import { Refusal, Unreachable } from '@shared/api/http'
import { newId } from '@shared/ids'
import { defineStore } from 'pinia'
import { computed, markRaw, reactive, ref } from 'vue'

import type { Courier, Matter, Parcel } from './parcels'
import { openShelf, type Shelf } from './shelf'

const FIRST_PAUSE = 3_000
const LONGEST_PAUSE = 30_000

/**
 * 待发箱: everything said and photographed goes through here, one after another in the order it was done. What cannot be
 * sent stays on the shelf and is tried again: by itself, when the line comes back, or when the person presses 重发.
 */
export const useOutbox = defineStore('outbox', () => {
  const parcels = ref<Parcel[]>([])
  const couriers: Courier<unknown>[] = []
  let owner = ''
  let sure: () => Promise<void> = async () => {}
  let shelf: Shelf | undefined
  let running = false
  let again = false
  let pause = FIRST_PAUSE
  let timer: ReturnType<typeof setTimeout> | undefined

  const stuck = computed(() => parcels.value.some((parcel) => parcel.state === 'stuck'))

  function carryWith<Answer>(courier: Courier<Answer>): void {
    couriers.push(courier as Courier<unknown>)
  }

  /** Take up what this account left unsent, and go on sending it, each time `certain` that the session is still this account's. */
  async function openFor(account: string, certain: () => Promise<void> = async () => {}): Promise<void> {
    shelf ??= await openShelf()
    owner = account
    sure = certain
    parcels.value = (await shelf.of(account)).map(({ id, matter, photo }) => ({
      id,
      matter,
      ...(photo ? { photo: new Blob([photo.bytes], { type: photo.type }) } : {}),
      state: 'waiting',
      share: 0,
    }))
    void pump()
  }

  /** Stop sending; what waits stays on the shelf for the next time this account signs in. */
  function close(): void {
    owner = ''
    parcels.value = []
    clearTimeout(timer)
  }

  /** Put something in line; a photograph takes its place at once, and goes when it is ready. */
  async function add(matter: Matter, photo?: Promise<Blob>): Promise<void> {
    const parcel = reactive<Parcel>({ id: newId(), matter, state: 'preparing', share: 0 })
    parcels.value.push(parcel)
    if (photo) parcel.photo = markRaw(await photo)
    await keep(parcel)
    parcel.state = 'waiting'
    void pump()
  }

  async function discard(id: string): Promise<void> {
    parcels.value = parcels.value.filter((parcel) => parcel.id !== id)
    await shelf?.take(id).catch(() => {})
  }

  /** Try now instead of when the pause is over. */
  function retry(): void {
    clearTimeout(timer)
    pause = FIRST_PAUSE
    again = running
    void pump()
  }

  async function pump(): Promise<void> {
    if (running) return
    running = true
    try {
      // Whoever asks for a try while one is just failing gets another.
      do {
        again = false
        for (let next = ready(); next && (await deliver(next)); ) next = ready()
      } while (again)
    } finally {
      running = false
    }
  }

  function ready(): Parcel | undefined {
    const [first] = parcels.value
    return owner && first?.state !== 'preparing' ? first : undefined
  }

  /** Whether the next parcel may go: this one arrived, or was refused for good. */
  async function deliver(parcel: Parcel): Promise<boolean> {
    const courier = couriers.find(({ carries }) => carries(parcel.matter))
    if (!courier) throw new Error(`nobody carries ${parcel.matter.kind}`)
    Object.assign(parcel, { state: 'sending', share: 0 })
    try {
      await sure()
      if (!parcels.value.includes(parcel)) return true
      const answer = await courier.send(parcel, (share) => (parcel.share = share))
      settled(parcel, () => courier.delivered(parcel, answer))
    } catch (trouble) {
      return settle(parcel, courier, trouble)
    }
    pause = FIRST_PAUSE
    return true
  }

  async function settle(parcel: Parcel, courier: Courier<unknown>, trouble: unknown): Promise<boolean> {
    if (trouble instanceof Refusal && trouble.status === 401) {
      parcel.state = 'waiting'
      return false
    }
    if (trouble instanceof Unreachable || (trouble instanceof Refusal && trouble.mayPass)) {
      parcel.state = 'stuck'
      timer = setTimeout(() => void pump(), pause)
      pause = Math.min(pause * 2, LONGEST_PAUSE)
      return false
    }
    settled(parcel, () => courier.refused(parcel, trouble as Error))
    return true
  }

  // In one go, so that a bubble never vanishes between being on its way and being answered. A parcel that outlives its
  // answer on the shelf is sent again under its id, which changes nothing.
  function settled(parcel: Parcel, tell: () => void): void {
    void discard(parcel.id)
    tell()
  }

  async function keep(parcel: Parcel): Promise<void> {
    const photo = parcel.photo && { bytes: await parcel.photo.arrayBuffer(), type: parcel.photo.type }
    const kept = { id: parcel.id, owner, made: Date.now(), matter: { ...parcel.matter }, ...(photo ? { photo } : {}) }
    // A full disk must not stop the sending; then this parcel only lives as long as the page.
    await shelf?.put(kept).catch(() => {})
  }

  addEventListener('online', retry)
  return { parcels, stuck, carryWith, openFor, close, add, discard, retry }
})
