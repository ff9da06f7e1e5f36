import { signing } from '@shared/api/endpoints'
import { Refusal, whenSignedOut } from '@shared/api/http'
import type { Me, Role } from '@shared/api/shapes'
import { defineStore } from 'pinia'
import { ref } from 'vue'

/** The first address of each role; whoever has none works on the phone page or at the command line. */
const HOME: Partial<Record<Role, (me: Me) => string>> = {
  clerk: () => '/counter/queue',
  specialist: () => '/counter/queue',
  approver: () => '/review',
  director: () => '/dashboard',
  supervisor: () => '/dashboard',
  keeper: () => '/catalogue',
  operator: () => '/orders',
  device: (me) => (me.hall ? `/display/${me.hall}` : '/elsewhere'),
}

export function homeOf(me: Me): string {
  return HOME[me.role]?.(me) ?? '/elsewhere'
}

/** 登录会话: who is signed in on this page. The token itself stays in a cookie that no script can read. */
export const useSession = defineStore('desk-session', () => {
  const me = ref<Me>()
  let resumed: Promise<void> | undefined

  /** Find out, once, whether a session is still open; throws `Unreachable` when nobody answers. */
  function resume(): Promise<void> {
    resumed ??= findOut().catch((trouble: unknown) => {
      resumed = undefined
      throw trouble
    })
    return resumed
  }

  async function findOut(): Promise<void> {
    try {
      me.value = await signing.me()
    } catch (trouble) {
      if (!(trouble instanceof Refusal)) throw trouble
    }
  }

  async function signInAs(identity: string): Promise<Me> {
    me.value = await signing.signInAs(identity)
    return me.value
  }

  async function signOut(): Promise<void> {
    await signing.signOut()
    me.value = undefined
  }

  // Only who is signed in is forgotten: what a clerk typed before the session ran out is still there afterwards.
  whenSignedOut(() => {
    me.value = undefined
  })
  return { me, resume, signInAs, signOut }
})
