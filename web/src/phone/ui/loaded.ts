import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'

import { useSession } from '../session'

export interface Loaded<T> {
  value: ShallowRef<T | undefined>
  trouble: Ref<unknown>
  loading: Ref<boolean>
  load: () => Promise<void>
}

/** Something fetched when the page opens: skeletons until it is there, the trouble when it is not, and a way to try again. */
export function useLoaded<T>(fetch: () => Promise<T>): Loaded<T> {
  const value = shallowRef<T>()
  const trouble = ref<unknown>()
  const loading = ref(false)

  async function load(): Promise<void> {
    loading.value = true
    try {
      value.value = await fetch()
      trouble.value = undefined
    } catch (reason) {
      // What was fetched before is worth more than an error; the banner says that the line is down.
      if (value.value === undefined) trouble.value = reason
    } finally {
      loading.value = false
    }
  }

  onMounted(load)
  return { value, trouble, loading, load }
}

/** The same for what is kept in this telephone: what was only remembered, or missing, is fetched again when the line is back. */
export function useProvided<T extends { at?: number | undefined }>(fetch: () => Promise<T>): Loaded<T> {
  const loaded = useLoaded(fetch)
  const session = useSession()
  const again = (): void => void ((loaded.trouble.value || loaded.value.value?.at !== undefined) && loaded.load())

  onMounted(() => addEventListener('online', again))
  onBeforeUnmount(() => removeEventListener('online', again))
  watch(() => session.unconfirmed, again)
  return loaded
}
