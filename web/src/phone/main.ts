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
import { makeRouter } from './router'

const app = createApp(App)
app.use(createPinia())
app.use(makeRouter())
app.mount('#app')
