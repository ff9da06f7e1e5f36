import '@shared/tokens.css'
import 'element-plus/es/components/base/style/css'
import './desk.css'

import { localeContextKey } from 'element-plus/es/hooks/index'
import zhCn from 'element-plus/es/locale/lang/zh-cn'
import { createPinia } from 'pinia'
import { createApp, ref } from 'vue'

import App from './App.vue'
import { makeRouter } from './router'

const app = createApp(App)
app.use(createPinia())
app.use(makeRouter())
app.provide(localeContextKey, ref(zhCn))
app.mount('#app')
