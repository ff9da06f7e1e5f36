/** 演示身份 by where they work: the county first, then each hall, then the departments behind the counters. */
import type { DemoIdentity, Role } from '@shared/api/shapes'

export interface IdentityGroup {
  name: string
  people: DemoIdentity[]
}

const AT_DESK: readonly Role[] = ['clerk', 'specialist', 'director', 'approver', 'supervisor', 'keeper', 'operator', 'device']
/** The machines on the counters have no screen of their own; a kiosk shows whose turn it is. */
const withoutScreen = (one: DemoIdentity): boolean => one.role === 'device' && !one.identity.startsWith('kiosk')
const COUNTY = '县级'
const DEPARTMENTS = '部门后台审批'

export function groupsOf(identities: readonly DemoIdentity[], words: string): IdentityGroup[] {
  const said = words.trim().toLowerCase()
  const groups = new Map<string, DemoIdentity[]>()
  for (const one of identities) {
    if (!AT_DESK.includes(one.role) || withoutScreen(one) || !about(one).includes(said)) continue
    const name = groupName(one)
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  return [...groups]
    .map(([name, people]) => ({ name, people }))
    .sort((one, other) => rank(one.name) - rank(other.name))
}

function groupName(one: DemoIdentity): string {
  if (one.role === 'approver') return DEPARTMENTS
  return one.hall_name || COUNTY
}

function rank(group: string): number {
  return group === COUNTY ? 0 : group === DEPARTMENTS ? 2 : 1
}

function about(one: DemoIdentity): string {
  return [one.identity, one.name, one.role_text, one.hall_name, one.department ?? ''].join(' ').toLowerCase()
}
