/** 下一步: what usually comes next with a case, by the acts the server allows. */
import type { Case, Role } from '@shared/api/shapes'

import type { CaseAct } from '../shapes'
import type { FormName } from './drafts'

const IN_ORDER: readonly CaseAct[] = ['submit', 'receive', 'resupply', 'accept', 'hand_over', 'decide', 'issue', 'deliver']

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
}

const NEEDS_WORDS: ReadonlySet<CaseAct> = new Set<FormName>(['ask_correction', 'redirect', 'issue', 'deliver', 'decide'])

// What a person does alone at home, a clerk does for whoever stands at the counter; the server allows it and lists it for
// the person only.
const FOR_THE_PERSON: Record<string, CaseAct> = { draft: 'submit', correction_asked: 'resupply' }

/** Everything the signed-in person may do with the case now. */
export function actsOn(shown: Case, role: Role | undefined): CaseAct[] {
  const atCounter = role === 'clerk' ? FOR_THE_PERSON[shown.state] : undefined
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

/** The form an act opens first; none when one press is enough. What is lacking is confirmed once, aloud. */
export function formFor(act: CaseAct, lacking: boolean): FormName | undefined {
  if (act === 'submit' || act === 'accept') return lacking ? act : undefined
  return NEEDS_WORDS.has(act) ? (act as FormName) : undefined
}
