/** 提示: one sentence and its next step, in a place kept free for it, until something else happens. Nothing vanishes by time. */
import { Refusal } from '@shared/api/http'

export type Tone = 'done' | 'careful' | 'trouble'

export interface Notice {
  tone: Tone
  title: string
  next?: string
}

export const done = (title: string, next = ''): Notice => ({ tone: 'done', title, next })

/** What went wrong, in the server's own sentence where it gave one. */
export function noticeOf(trouble: unknown): Notice {
  if (!(trouble instanceof Refusal)) return UNREACHABLE
  const faults = trouble.errors.map((fault) => fault.message).filter((message) => message !== trouble.title)
  return {
    tone: trouble.status >= 500 ? 'trouble' : 'careful',
    title: [trouble.title, ...faults].join(' '),
    next: trouble.nextStep,
  }
}

const UNREACHABLE: Notice = {
  tone: 'trouble',
  title: '没有收到服务器的答复，不知道这一步做成了没有。',
  next: '请再按一次，不会重复；还不行请检查网络，或改用纸质登记。',
}
