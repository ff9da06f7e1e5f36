/**
 * The phone page without a line. It answers for the page itself and for the page's own hashed files, from what it fetched when
 * it was installed; everything else (the desk, the kiosk, every question to the server) goes its way untouched.
 *
 * A new release is fetched whole beside the old one and takes over at once: pages that are open are told and go on as they are.
 * It never waits for a page to let it in: a browser can leave a worker waiting for good that is asked to take over while a page
 * of the old one is opening.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope
declare const PHONE_FILES: PrecacheEntry[]

// Whatever follows the question mark is for the page (its place is in the hash), and never makes it another page.
precacheAndRoute(PHONE_FILES, { cleanURLs: false })
registerRoute(new NavigationRoute(createHandlerBoundToURL('/'), { allowlist: [/^\/(\?|$)/] }))
cleanupOutdatedCaches()

self.addEventListener('install', () => void self.skipWaiting())

// The page that installed it may load its other screens from it at once.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
