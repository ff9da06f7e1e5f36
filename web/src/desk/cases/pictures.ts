/**
 * 材料照片: each is fetched once while its case lies open, because every look is written down and five looks at one page in a
 * minute would only be noise in that record. They are forgotten with the case.
 */
import { onUnmounted, shallowReactive, watch } from 'vue'

export type Picture = { state: 'fetching' } | { state: 'there'; url: string } | { state: 'refused' }

export interface Pictures {
  of: (address: string) => Picture
}

/** Pictures of whatever `whose` names; all are dropped when the name changes. */
export function usePictures(whose: () => string): Pictures {
  const kept = shallowReactive(new Map<string, Picture>())

  function forget(): void {
    for (const picture of kept.values()) if (picture.state === 'there') URL.revokeObjectURL(picture.url)
    kept.clear()
  }

  async function bring(address: string): Promise<void> {
    const owner = whose()
    const picture = await fetched(address)
    if (owner === whose()) kept.set(address, picture)
    else if (picture.state === 'there') URL.revokeObjectURL(picture.url)
  }

  watch(whose, forget)
  onUnmounted(forget)
  return {
    of: (address) => {
      const known = kept.get(address)
      if (known) return known
      // Outside the render that asked, so that it is asked for once.
      queueMicrotask(() => {
        if (kept.has(address)) return
        kept.set(address, { state: 'fetching' })
        void bring(address)
      })
      return { state: 'fetching' }
    },
  }
}

async function fetched(address: string): Promise<Picture> {
  try {
    const answer = await fetch(address, { credentials: 'same-origin' })
    if (!answer.ok) return { state: 'refused' }
    return { state: 'there', url: URL.createObjectURL(await answer.blob()) }
  } catch {
    return { state: 'refused' }
  }
}
