import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router'

import ChatPage from './chat/ChatPage.vue'
import { useRelease } from './release/release'
import { useSession } from './session'
import SignInPage from './signin/SignInPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** The heading of the page. */
    title: string
    /** Which tab stands out while the page is shown. */
    tab?: 'chat' | 'villagers' | 'cases' | 'halls' | 'me'
    /** Readable without signing in: what the county offers is public. */
    open?: boolean
    /** For village proxies only. */
    proxy?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/chat' },
  { path: '/sign-in', component: SignInPage, meta: { title: '登录', open: true } },
  { path: '/chat', component: ChatPage, meta: { title: '就近办', tab: 'chat' } },
  {
    path: '/villagers',
    component: () => import('./villagers/VillagersPage.vue'),
    meta: { title: '村民名单', tab: 'villagers', proxy: true },
  },
  { path: '/cases', component: () => import('./cases/CasesPage.vue'), meta: { title: '我的办件', tab: 'cases' } },
  {
    path: '/cases/:id',
    component: () => import('./cases/CasePage.vue'),
    props: true,
    meta: { title: '办件详情', tab: 'cases' },
  },
  { path: '/halls', component: () => import('./halls/HallsPage.vue'), meta: { title: '服务中心', tab: 'halls', open: true } },
  {
    path: '/halls/:code',
    component: () => import('./halls/HallPage.vue'),
    props: true,
    meta: { title: '服务中心', tab: 'halls', open: true },
  },
  {
    path: '/items/:code',
    component: () => import('./halls/ItemPage.vue'),
    props: true,
    meta: { title: '办事指南', tab: 'halls', open: true },
  },
  {
    path: '/arrive/:hall',
    component: () => import('./arriving/ArrivePage.vue'),
    props: true,
    meta: { title: '签到取号', tab: 'cases' },
  },
  {
    path: '/take/:token',
    component: () => import('./arriving/TakeOverPage.vue'),
    props: true,
    meta: { title: '接着在手机上办', tab: 'cases' },
  },
  {
    path: '/book/:code',
    component: () => import('./booking/BookPage.vue'),
    props: true,
    meta: { title: '选时间', tab: 'halls' },
  },
  { path: '/me', component: () => import('./me/MePage.vue'), meta: { title: '我的', tab: 'me' } },
  { path: '/wechat', component: () => import('./me/WeChatPage.vue'), meta: { title: '绑定微信', tab: 'me' } },
  { path: '/help', component: () => import('./help/HelpPage.vue'), meta: { title: '请人代办', tab: 'me' } },
  { path: '/trust', component: () => import('./help/TrustPage.vue'), meta: { title: '授权和咨询', tab: 'me' } },
  { path: '/month', component: () => import('./help/MonthPage.vue'), meta: { title: '我的报酬单', tab: 'me', proxy: true } },
  { path: '/orders', component: () => import('./orders/OrdersPage.vue'), meta: { title: '问题工单', tab: 'me', proxy: true } },
  {
    path: '/orders/:id',
    component: () => import('./orders/OrderPage.vue'),
    props: true,
    meta: { title: '工单详情', tab: 'me', proxy: true },
  },
  { path: '/batch', component: () => import('./batch/BatchPage.vue'), meta: { title: '批量代办', tab: 'villagers', proxy: true } },
  { path: '/:anything(.*)*', redirect: '/chat' },
]

// Hash addresses: the server only has to know "/", and a link opened inside WeChat keeps its place.
export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach((to) => {
    const session = useSession()
    if (to.meta.proxy && session.mayUse && !session.isProxy) return '/chat'
    if (to.meta.open || session.mayUse) return true
    return { path: '/sign-in', query: { back: to.fullPath } }
  })
  router.afterEach((to) => {
    document.title = to.meta.title === '就近办' ? '就近办' : `${to.meta.title} · 就近办`
  })
  // Screens of yesterday's release are gone once another page let the new one in: open the wanted one with that.
  router.onError((_trouble, to) => {
    if (!useRelease().behind) return
    location.hash = to.fullPath
    location.reload()
  })
  return router
}
