import '@shared/tokens.css'
import 'vant/es/style/base.css'
import 'vant/es/progress/index.css'
import 'vant/es/skeleton/index.css'
import 'vant/es/skeleton-title/index.css'
import 'vant/es/skeleton-paragraph/index.css'
import 'vant/es/switch/index.css'
import './phone.css'

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import App from './App.vue'
import { useRelease } from './release/release'
import { makeRouter } from './router'

const app = createApp(App)
app.use(createPinia())
app.use(makeRouter())
app.mount('#app')

// After everything the first look needs. `npm run dev` has no worker: it would keep yesterday's sources.
if (import.meta.env.PROD) addEventListener('load', () => void useRelease().keepPage().catch(() => {}))
