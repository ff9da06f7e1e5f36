import { ask } from '@shared/api/http'
import { owned, type Order } from '@shared/api/owned'
import { newId } from '@shared/ids'
import { defineStore } from 'pinia'
import { reactive } from 'vue'

import { shrink } from '../outbox/shrinking'

export const MOST_PICTURES = 6

/** A picture that has not reached its work order yet, under the key it is sent with. */
export interface Picture {
  key: string
  photo: Blob
}

/** 问题工单 on the phone: the words go first, so that a bad line loses no report; the pictures follow one by one. */
export const useOrders = defineStore('orders', () => {
  const waiting = reactive(new Map<string, Picture[]>())
  const unanswered = new Map<string, string>()

  /** Tell what is wrong; the same words told again after a lost answer are the same order. */
  async function report(text: string, service: string | undefined, pictures: readonly Picture[]): Promise<Order> {
    const body = { text, ...(service ? { service_code: service } : {}) }
    const wish = JSON.stringify(body)
    const key = unanswered.get(wish) ?? newId()
    unanswered.set(wish, key)
    const order = await ask<Order>('/work-orders', { method: 'POST', body, key })
    unanswered.delete(wish)
    if (pictures.length) waiting.set(order.id, [...pictures])
    return order
  }

  function wait(order: string, picture: Picture): void {
    waiting.set(order, [...(waiting.get(order) ?? []), picture])
  }

  /** Send what waits for an order; what did not arrive keeps waiting, and the trouble is thrown. */
  async function deliver(order: string): Promise<void> {
    for (const picture of waiting.get(order) ?? []) {
      await owned.addOrderImage(order, picture.photo, picture.key)
      forget(order, picture)
    }
  }

  function forget(order: string, picture: Picture): void {
    const left = (waiting.get(order) ?? []).filter(({ key }) => key !== picture.key)
    if (left.length) waiting.set(order, left)
    else waiting.delete(order)
  }

  return { waiting, report, wait, deliver, forget }
})

export async function pictureOf(file: File): Promise<Picture> {
  return { key: newId(), photo: await shrink(file) }
}
