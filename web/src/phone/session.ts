import { signing } from '@shared/api/endpoints'
import { Refusal, whenSignedOut } from '@shared/api/http'
import type { Me } from '@shared/api/shapes'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { useBatch } from './batch/batch'
import { useConversation } from './chat/conversation'
import { useOutbox } from './outbox/outbox'

/** 登录会话: who is signed in on this page. The token itself stays in a cookie that no script can read. */
export const useSession = defineStore('session', () => {
  const me = ref<Me>()
  const outbox = useOutbox()
  const conversation = useConversation()
  const batch = useBatch()

  /** Citizens and proxies use this page; somebody of the staff has the desk page. */
  const mayUse = computed(() => me.value?.role === 'citizen' || me.value?.role === 'proxy')
  const isProxy = computed(() => me.value?.role === 'proxy')

  /** Find out whether a session is still open; throws `Unreachable` when nobody answers. */
  async function resume(): Promise<void> {
    try {
      await begin(await signing.me())
    } catch (trouble) {
      if (!(trouble instanceof Refusal)) throw trouble
    }
  }

  async function signInAs(identity: string): Promise<void> {
    await begin(await signing.signInAs(identity))
  }

  async function signOut(): Promise<void> {
    await signing.signOut()
    end()
  }

  async function begin(who: Me): Promise<void> {
    me.value = who
    if (!mayUse.value) return
    await outbox.openFor(who.code)
    if (who.role === 'proxy') await batch.openFor(who.code)
    // The first page need not wait for the history; it shows that it is being fetched.
    void conversation.enter().catch(() => {})
  }

  function end(): void {
    me.value = undefined
    outbox.close()
    batch.close()
    conversation.leave()
  }

  whenSignedOut(end)
  return { me, mayUse, isProxy, resume, signInAs, signOut }
})
