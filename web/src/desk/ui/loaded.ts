import { onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Loaded<T> {
  value: ShallowRef<T | undefined>
  trouble: Ref<unknown>
  load: () => Promise<void>
}

/** Something fetched when a part opens. What was shown stays until the later look has come; trouble is beside it, not instead. */
export function useLoaded<T>(fetch: () => Promise<T>): Loaded<T> {
  const value = shallowRef<T>()
  const trouble = ref<unknown>()

  async function load(): Promise<void> {
    try {
      value.value = await fetch()
      trouble.value = undefined
    } catch (reason) {
      trouble.value = reason
    }
  }

  onMounted(load)
  return { value, trouble, load }
}
