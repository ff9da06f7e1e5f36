/**
 * The phone page without a line. It answers for the page itself and for the page's own hashed files, from what it fetched when
 * it was installed; everything else (the desk, the kiosk, every question to the server) goes its way untouched.
 *
 * A new release is fetched beside the old one and waits. It takes over when the page says so, or when no page is open.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

import { TAKE_OVER } from '../words'

declare const self: ServiceWorkerGlobalScope
declare const PHONE_FILES: PrecacheEntry[]

// Whatever follows the question mark is for the page (its place is in the hash), and never makes it another page.
precacheAndRoute(PHONE_FILES, { cleanURLs: false })
registerRoute(new NavigationRoute(createHandlerBoundToURL('/'), { allowlist: [/^\/(\?|$)/] }))
cleanupOutdatedCaches()

self.addEventListener('message', ({ data }) => {
  if (data === TAKE_OVER) void self.skipWaiting()
})

// The page that installed it may load its other screens from it at once.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
