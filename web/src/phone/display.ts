import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'

const REMEMBERED = 'jiujinban.large'

/** 大字版: remembered on this telephone, because it belongs to the eyes and not to the account. */
export const useDisplay = defineStore('display', () => {
  const large = ref(remembered())

  watchEffect(() => {
    document.documentElement.dataset['type'] = large.value ? 'large' : 'normal'
    remember(large.value)
  })

  return { large }
})

function remembered(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) === 'yes'
  } catch {
    return false
  }
}

function remember(large: boolean): void {
  try {
    localStorage.setItem(REMEMBERED, large ? 'yes' : 'no')
  } catch {
    // A browser that keeps nothing still shows large type until the page is closed.
  }
}
