/** 要说的话: what each act says to the server, and what is still missing before it can. */
import type { Case } from '@shared/api/shapes'

import type { ActWords, CaseAct } from '../shapes'
import { faultsOf, insteadOf, withoutPhotograph, type Draft, type FormName } from './drafts'

export const TITLES: Record<FormName, string> = {
  submit: '还缺材料，容缺提交？',
  accept: '没有照片的材料：看过原件，还是后补？',
  ask_correction: '要求补正：一次说清所有问题',
  resupply: '补正完成：还有材料没有照片',
  supply: '后补收讫',
  redirect: '指明办法：不在这里办，但可以这样办',
  issue: '出件：结果怎样交给群众',
  deliver: '送达：交到谁手里',
  decide: '审批决定',
  escalate: '提请主任决定',
  settle: '主任决定：接下来怎么办',
  extend: '延长办理期限',
  transfer: '转到其他中心（全城通办）',
  amend: '更正已办结的办件',
  reopen: '重新办理已办结的办件',
}

const NO_BARE_NO = '不能只说不行：原因、依据、可行的办法都要写。'

const blank = (words: string): boolean => words.trim() === ''
const bare = (words: { reason: string; ground: string; instead: string }): boolean =>
  [words.reason, words.ground, words.instead].some(blank)
const wholeDays = (words: string): boolean => /^[1-9]\d?$/.test(words.trim())

/** Why an act cannot be sent yet, in words; empty when it can. */
export function whatIsMissing(form: FormName, draft: Draft, shown: Case): string {
  switch (form) {
    case 'ask_correction': {
      const nothing = Object.keys(faultsOf(draft, shown.materials)).length === 0 && blank(draft.correction.remark)
      return nothing ? '请先在上面的材料里标出“看不清”“不对”或“缺少”，或在说明里写清楚。' : ''
    }
    case 'redirect':
      return bare(draft.redirect) ? NO_BARE_NO : ''
    case 'decide':
      return !draft.decide.granted && bare(draft.decide) ? NO_BARE_NO : ''
    case 'supply':
      return draft.papers.length === 0 ? '请勾选已带来的材料。' : ''
    case 'issue':
      return draft.issue.way === '邮寄' && blank(draft.issue.tracking) ? '请填快递单号。' : ''
    case 'deliver':
      return missingToDeliver(draft, shown)
    case 'escalate':
      return blank(draft.escalate.words) ? '请写明要主任决定什么。' : ''
    case 'settle':
      return missingToSettle(draft)
    case 'extend':
      if (!wholeDays(draft.extend.days)) return '请填延长几个工作日。'
      return blank(draft.extend.reason) ? '请写明理由，会书面告知群众。' : ''
    case 'transfer':
      return draft.transfer.hall === '' ? '请选转到哪个中心。' : ''
    case 'amend':
      return missingToAmend(draft)
    case 'reopen':
      return blank(draft.reopen.why) ? '请写明理由。' : ''
    default:
      return ''
  }
}

function missingToDeliver({ deliver }: Draft, { issue }: Case): string {
  if (deliver.by === 'card' && blank(deliver.id_number)) return '请输入申请人的身份证号码。'
  if (deliver.by === 'code' && issue?.way === '窗口领取' && blank(deliver.code)) return '请输入群众出示的取件码。'
  const unknown = deliver.other && (blank(deliver.to) || blank(deliver.relation))
  return unknown ? '请写明代领人的姓名和与申请人的关系。' : ''
}

function missingToSettle({ settle }: Draft): string {
  if (settle.way === 'redirect') return bare(settle) ? NO_BARE_NO : ''
  return settle.way === 'more_time' && settle.days !== '' && !wholeDays(settle.days) ? '补正时间请填几个工作日。' : ''
}

function missingToAmend({ amend: { why, ...changes } }: Draft): string {
  if (blank(why)) return '请写明为什么更正，会记入审计。'
  return Object.values(changes).every(blank) ? '请至少改一处。' : ''
}

/** The words of an act, as the server wants to hear them. */
export function wordsOf(form: FormName, draft: Draft, shown: Case): ActWords[CaseAct] {
  switch (form) {
    case 'submit':
      return { bring_later: true }
    case 'accept':
      return accepted(draft, shown)
    case 'resupply':
    case 'supply':
      return { on_paper: [...draft.papers] }
    case 'ask_correction':
      return { materials: faultsOf(draft, shown.materials), remark: draft.correction.remark.trim() }
    case 'issue': {
      const mailed = draft.issue.way === '邮寄'
      const { tracking, carrier } = draft.issue
      return { way: draft.issue.way, tracking: mailed ? tracking.trim() : '', carrier: mailed ? carrier.trim() : '' }
    }
    case 'deliver':
      return delivered(draft)
    case 'settle': {
      const { days, ...settle } = draft.settle
      return settle.way === 'more_time' && days !== '' ? { ...settle, days: Number(days) } : settle
    }
    case 'extend':
      return { days: Number(draft.extend.days), reason: draft.extend.reason.trim() }
    case 'amend':
      return Object.fromEntries(Object.entries(draft.amend).filter(([, words]) => !blank(words))) as ActWords['amend']
    default:
      return { ...draft[form] }
  }
}

function accepted(draft: Draft, shown: Case): ActWords['accept'] {
  const said = withoutPhotograph(shown).map((material) => [material.key, insteadOf(draft, material, shown.may_follow)] as const)
  const keys = (way: string): string[] => said.flatMap(([key, instead]) => (instead === way ? [key] : []))
  return { on_paper: keys('paper'), later: keys('later') }
}

function delivered({ deliver }: Draft): ActWords['deliver'] {
  const taker = deliver.other ? { to: deliver.to.trim(), relation: deliver.relation.trim() } : { to: '', relation: '' }
  return deliver.by === 'card'
    ? { code: '', id_number: deliver.id_number.trim(), ...taker }
    : { code: deliver.code.trim(), id_number: '', ...taker }
}
