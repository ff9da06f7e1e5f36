/** The minutes that have passed since an instant, counted on while nothing arrives. */
import { computed, onMounted, onUnmounted, ref, type ComputedRef } from 'vue'

const MINUTE = 60_000

export function useMinutesSince(instant: () => number): ComputedRef<number> {
  const now = ref(Date.now())
  let ticking: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    ticking = setInterval(() => (now.value = Date.now()), MINUTE / 4)
  })
  onUnmounted(() => clearInterval(ticking))
  return computed(() => Math.max(0, Math.floor((now.value - instant()) / MINUTE)))
}
