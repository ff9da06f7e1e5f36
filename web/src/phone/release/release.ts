import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

import { TAKE_OVER } from './words'

const LOOK_EVERY = 60 * 60 * 1000
const TAKE_OVER_WITHIN = 5_000

/**
 * 页面版本: keeps the page in this telephone, so that it opens without a line, and lets a new release in. It takes over while the
 * page is opening, before anybody has said anything; on a page that is open already only when the person presses.
 */
export const useRelease = defineStore('release', () => {
  const waiting = shallowRef<ServiceWorker>()
  /** Another page of this telephone let the new release in; this one is of yesterday. */
  const behind = ref(false)
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined
  let lookedAt = 0

  /** Let in a release that was fetched the last time; true when the page is about to open anew with it. */
  async function takeOverAtOpening(): Promise<boolean> {
    const next = (await workers?.getRegistration().catch(() => undefined))?.waiting
    if (!next || !workers?.controller) return false
    const changed = new Promise<boolean>((resolve) => {
      workers.addEventListener('controllerchange', () => resolve((behind.value = true)), { once: true })
      setTimeout(() => resolve(false), TAKE_OVER_WITHIN)
    })
    next.postMessage(TAKE_OVER)
    if (!(await changed)) return false
    location.reload()
    return true
  }

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
    look(registration)
    registration.addEventListener('updatefound', () => look(registration))
    document.addEventListener('visibilitychange', () => void lookForNewer(registration).catch(() => {}))
    lookedAt = Date.now()
  }

  function look({ waiting: there, installing }: ServiceWorkerRegistration): void {
    if (there && workers?.controller) waiting.value = there
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && workers?.controller) waiting.value = installing
    })
  }

  async function lookForNewer(registration: ServiceWorkerRegistration): Promise<void> {
    if (document.visibilityState !== 'visible' || Date.now() - lookedAt < LOOK_EVERY) return
    lookedAt = Date.now()
    await registration.update()
  }

  /** Open this page anew with the new release. */
  function takeOver(): void {
    if (behind.value || !waiting.value) return location.reload()
    workers?.addEventListener('controllerchange', () => location.reload(), { once: true })
    waiting.value.postMessage(TAKE_OVER)
  }

  return { waiting, behind, takeOverAtOpening, keepPage, takeOver }
})
