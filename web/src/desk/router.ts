import type { Role } from '@shared/api/shapes'
import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router'

import SignInScreen from './sign-in/SignInScreen.vue'
import { homeOf, useSession } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** What the browser's tab says. */
    title: string
    /** Whose screen it is; without any, everybody's. */
    roles?: readonly Role[]
    /** Without the frame around it: a screen on the wall. */
    bare?: boolean
  }
}

const STAFF_OF_QUEUES: readonly Role[] = ['clerk', 'specialist', 'director', 'supervisor', 'device']

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: SignInScreen, meta: { title: '登录' } },
  {
    path: '/counter/:tab(queue|cases|questions|device)',
    component: () => import('./screens/CounterScreen.vue'),
    props: true,
    meta: { title: '综合窗口', roles: ['clerk', 'specialist'] },
  },
  {
    path: '/review',
    component: () => import('./screens/ReviewScreen.vue'),
    meta: { title: '后台审批', roles: ['approver'] },
  },
  {
    path: '/dashboard',
    component: () => import('./screens/DashboardScreen.vue'),
    meta: { title: '看板', roles: ['director', 'supervisor'] },
  },
  {
    path: '/visits/:hall',
    component: () => import('./screens/VisitsScreen.vue'),
    props: true,
    meta: { title: '上门服务', roles: ['clerk', 'director', 'supervisor'] },
  },
  {
    path: '/todo',
    component: () => import('./screens/ToDoScreen.vue'),
    meta: { title: '待办和跟进', roles: ['clerk', 'specialist', 'director', 'supervisor'] },
  },
  {
    path: '/orders',
    component: () => import('./screens/OrdersScreen.vue'),
    meta: { title: '问题工单', roles: ['clerk', 'specialist', 'approver', 'director', 'supervisor', 'keeper', 'operator'] },
  },
  {
    path: '/undelivered',
    component: () => import('./screens/UndeliveredScreen.vue'),
    meta: { title: '没有送达的消息', roles: ['operator'] },
  },
  {
    path: '/staff',
    component: () => import('./screens/StaffScreen.vue'),
    meta: { title: '人员', roles: ['director', 'supervisor'] },
  },
  {
    path: '/figures',
    component: () => import('./screens/FiguresScreen.vue'),
    meta: { title: '指标', roles: ['director', 'supervisor'] },
  },
  {
    path: '/catalogue/imports',
    component: () => import('./screens/ImportsScreen.vue'),
    meta: { title: '清单导入', roles: ['keeper'] },
  },
  {
    path: '/catalogue/words',
    component: () => import('./screens/LearningScreen.vue'),
    meta: { title: '学说法', roles: ['keeper'] },
  },
  {
    path: '/hours/:hall',
    component: () => import('./screens/HoursScreen.vue'),
    props: true,
    meta: { title: '开放时间', roles: ['director'] },
  },
  {
    path: '/catalogue',
    component: () => import('./screens/CatalogueScreen.vue'),
    meta: { title: '事项清单' },
  },
  {
    path: '/display/:hall',
    component: () => import('./screens/DisplayScreen.vue'),
    props: true,
    meta: { title: '叫号屏', roles: STAFF_OF_QUEUES, bare: true },
  },
  {
    path: '/line-rules',
    component: () => import('./screens/LineRulesScreen.vue'),
    meta: { title: '排队规则', roles: ['director'] },
  },
  {
    path: '/absences',
    component: () => import('./screens/AbsencesScreen.vue'),
    meta: { title: '爽约核实', roles: ['clerk', 'specialist', 'director'] },
  },
  {
    path: '/assist',
    component: () => import('./screens/AssistScreen.vue'),
    meta: { title: '帮办', roles: ['clerk', 'specialist', 'device'] },
  },
  { path: '/elsewhere', component: () => import('./screens/ElsewhereScreen.vue'), meta: { title: '请换个地方' } },
  { path: '/:anything(.*)*', redirect: '/sign-in' },
]

// Hash addresses: the server only has to know "/desk", and a reload keeps the open case.
export function makeRouter(): Router {
  const router = createRouter({ history: createWebHashHistory(), routes })
  router.beforeEach(async (to, from) => {
    const session = useSession()
    await session.resume().catch(() => {})
    const me = session.me
    // Going to the sign-in page on purpose changes the identity; arriving there with a session goes on to one's work.
    if (to.path === '/sign-in') return me && from.matched.length === 0 && !to.query['switch'] ? homeOf(me) : true
    if (!me) return { path: '/sign-in', query: { back: to.fullPath } }
    return to.meta.roles === undefined || to.meta.roles.includes(me.role) || homeOf(me)
  })
  router.afterEach((to) => {
    document.title = `${to.meta.title} · 就近办`
  })
  return router
}
