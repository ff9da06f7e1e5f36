import { defineStore } from 'pinia'
import { ref } from 'vue'

const LOOK_EVERY = 60 * 60 * 1000

/**
 * 页面版本: keeps the page in this telephone, so that it opens without a line, and looks for newer ones. A newer one is what the
 * page opens with from then on; a page that is open stays as it is until the person presses, or wants a screen it lacks.
 */
export const useRelease = defineStore('release', () => {
  /** A newer release is in this telephone than the one this page is of. */
  const behind = ref(false)
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined
  let lookedAt = 0

  /** Keep this page, and look for newer ones now and then. Costs nobody's first look at the page. */
  async function keepPage(): Promise<void> {
    if (!workers) return
    // The worker that installs first takes over a page that had none: that is no change of release.
    let known = workers.controller
    workers.addEventListener('controllerchange', () => {
      behind.value ||= known !== null
      known = workers.controller
    })
    const registration = await workers.register('/sw.js')
    document.addEventListener('visibilitychange', () => void lookForNewer(registration).catch(() => {}))
    lookedAt = Date.now()
  }

  async function lookForNewer(registration: ServiceWorkerRegistration): Promise<void> {
    if (document.visibilityState !== 'visible' || Date.now() - lookedAt < LOOK_EVERY) return
    lookedAt = Date.now()
    await registration.update()
  }

  /** Open this page anew with the newer release. */
  function openAnew(): void {
    location.reload()
  }

  return { behind, keepPage, openAnew }
})
