/** 下一步: what usually comes next with a case, by the acts the server allows. */
import type { Case, CaseMaterial, Role } from '@shared/api/shapes'

import type { CaseAct } from '../shapes'
import { withoutPhotograph, type FormName } from './drafts'

const IN_ORDER: readonly CaseAct[] = ['submit', 'receive', 'resupply', 'accept', 'hand_over', 'decide', 'supply', 'issue', 'deliver', 'settle']

export const ACT_NAMES: Record<CaseAct, string> = {
  submit: '提交',
  receive: '收件',
  resupply: '补正完成',
  accept: '受理',
  hand_over: '转部门审批',
  decide: '审批决定',
  issue: '出件',
  deliver: '送达',
  ask_correction: '要求补正',
  redirect: '指明办法',
  supply: '后补收讫',
  escalate: '提请主任',
  settle: '主任决定',
  extend: '延长期限',
  transfer: '转到其他中心',
  archive: '归档',
  amend: '更正',
  reopen: '重新办理',
}

const ONE_PRESS: ReadonlySet<CaseAct> = new Set<CaseAct>(['receive', 'hand_over', 'archive'])

// What a person does alone at home, a clerk does for whoever stands at the counter; the server allows it and lists it for
// the person only.
const FOR_THE_PERSON: Record<string, CaseAct> = { draft: 'submit', correction_asked: 'resupply' }
const AT_A_COUNTER: ReadonlySet<Role> = new Set<Role>(['clerk', 'specialist'])

/** Everything the signed-in person may do with the case now. */
export function actsOn(shown: Case, role: Role | undefined): CaseAct[] {
  const atCounter = role && AT_A_COUNTER.has(role) ? FOR_THE_PERSON[shown.state] : undefined
  return [...new Set([...shown.acts.filter(isCaseAct), ...(atCounter ? [atCounter] : [])])]
}

function isCaseAct(act: string): act is CaseAct {
  return act in ACT_NAMES
}

/** The act of the big button; a case with faulty materials is not accepted but sent back. */
export function nextStep(acts: readonly string[], hasFaults: boolean): CaseAct | undefined {
  if (hasFaults && acts.includes('ask_correction')) return 'ask_correction'
  return IN_ORDER.find((act) => acts.includes(act))
}

/** The form an act opens first; none when one press is enough. What has no photograph is accounted for once, aloud. */
export function formFor(act: CaseAct, shown: Case): FormName | undefined {
  if (act === 'submit') return shown.lacking.length > 0 ? act : undefined
  if (act === 'accept') return withoutPhotograph(shown).some(({ when }) => when === '') ? act : undefined
  if (act === 'resupply') return shown.materials.some(isOpen) ? act : undefined
  return ONE_PRESS.has(act) ? undefined : (act as FormName)
}

/** Whether a correction of the material was asked for and has not come. */
export function isOpen({ verdict }: CaseMaterial): boolean {
  return verdict !== 'pending' && verdict !== 'accepted'
}
