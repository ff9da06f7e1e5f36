import { cases } from '@shared/api/endpoints'
import { Refusal } from '@shared/api/http'
import type { Case } from '@shared/api/shapes'
import { defineStore } from 'pinia'
import { computed, reactive } from 'vue'

import { useOutbox } from '../outbox/outbox'
import type { Parcel } from '../outbox/parcels'
import { shrink } from '../outbox/shrinking'

/** What came of the last photograph of a material. */
export interface Seen {
  good: boolean
  advice: string
}

type Added = Awaited<ReturnType<typeof cases.addPage>>

/** 材料照片: photographs taken for a material on a case's own page. */
export const useCasePhotographs = defineStore('case-photographs', () => {
  const outbox = useOutbox()
  const seen = reactive(new Map<string, Seen>())
  const changed = reactive(new Map<string, Case>())

  const waiting = computed(() => outbox.parcels.filter(({ matter }) => matter.kind === 'page'))

  outbox.carryWith<Added>({
    carries: ({ kind }) => kind === 'page',
    send: ({ id, matter, photo }, onProgress) => {
      if (matter.kind !== 'page') throw new TypeError(matter.kind)
      return cases.addPage(matter.case, matter.material, photo ?? new Blob(), id, onProgress)
    },
    delivered: (parcel, { page, case: now }) => {
      changed.set(now.id, now)
      seen.set(placeOf(parcel), { good: page.verdict === 'good', advice: page.advice })
    },
    refused: (parcel, trouble) => {
      const advice = trouble instanceof Refusal ? trouble.title + trouble.nextStep : '这张照片没能打开，请重新拍一张。'
      seen.set(placeOf(parcel), { good: false, advice })
    },
  })

  async function take(of: string, material: string, picture: Blob): Promise<void> {
    seen.delete(`${of}/${material}`)
    await outbox.add({ kind: 'page', case: of, material }, shrink(picture))
  }

  function parcelOf(of: string, material: string): Parcel | undefined {
    return waiting.value.find((parcel) => placeOf(parcel) === `${of}/${material}`)
  }

  function seenOf(of: string, material: string): Seen | undefined {
    return seen.get(`${of}/${material}`)
  }

  return { changed, take, parcelOf, seenOf }
})

function placeOf({ matter }: Parcel): string {
  return matter.kind === 'page' ? `${matter.case}/${matter.material}` : ''
}
