import { ref, watch, type Ref } from 'vue'

const KEPT_UNDER = 'jiujinban.brought.'

/** Which materials of an item the person has ticked off at home. Kept on this telephone only. */
export function useBrought(code: string): Ref<string[]> {
  const ticked = ref(remembered(code))
  watch(ticked, (keys) => remember(code, keys))
  return ticked
}

function remembered(code: string): string[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT_UNDER + code) ?? '[]') as string[]
  } catch {
    return []
  }
}

function remember(code: string, keys: string[]): void {
  try {
    localStorage.setItem(KEPT_UNDER + code, JSON.stringify(keys))
  } catch {
    // The list is still ticked on the screen.
  }
}
