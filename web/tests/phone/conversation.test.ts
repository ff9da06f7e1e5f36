import { chat } from '@shared/api/endpoints'
import { Refusal, Unreachable } from '@shared/api/http'
import type { ChatMessage, Reply } from '@shared/api/shapes'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { useConversation } from '../../src/phone/chat/conversation'
import { useOutbox } from '../../src/phone/outbox/outbox'

const HELLO: Reply = { kind: 'text', text: '您好', choices: [] }
const NOTICE: Reply = { kind: 'notice', text: '受理了', choices: [], notice: { kind: 'case_accepted' } }

/** The server's side: what it was told, and its history. */
class County {
  history: ChatMessage[] = []
  heard: { id: string; said: object }[] = []
  replies: Reply[] = [HELLO]

  async say(id: string, said: object) {
    if (this.heard.some((before) => before.id === id)) return { replies: this.replies, state: 'idle' }
    this.heard.push({ id, said })
    const text = Object.values(said)[0] as string
    this.history.push({ id: `${this.history.length}`, from: 'me', text, message_id: id, at: '' })
    for (const reply of this.replies) this.tells(reply)
    return { replies: this.replies, state: 'idle' }
  }

  tells(reply: Reply): void {
    this.history.push({ id: `${this.history.length}`, from: 'desk', reply, at: '' })
  }

  async after(cursor: string) {
    return { messages: this.history.slice(Number(cursor)), last: `${this.history.length}` }
  }
}

let county: County

async function enter() {
  setActivePinia(createPinia())
  const conversation = useConversation()
  await useOutbox().openFor('citizen-1')
  await conversation.enter()
  return conversation
}

const texts = (conversation: Awaited<ReturnType<typeof enter>>): string[] => conversation.lines.map(({ text }) => text)

beforeEach(() => {
  county = new County()
  vi.stubGlobal('EventSource', undefined)
  vi.stubGlobal('indexedDB', undefined)
  vi.spyOn(chat, 'say').mockImplementation((id, said) => county.say(id, said))
  vi.spyOn(chat, 'after').mockImplementation((cursor) => county.after(cursor))
})

describe('the conversation', () => {
  it('shows what was said before', async () => {
    county.tells(HELLO)

    expect(texts(await enter())).toEqual(['您好'])
  })

  it('shows a message at once, and once, though its answer also comes with the history', async () => {
    const conversation = await enter()

    await conversation.say('我妈七十了')
    expect(texts(conversation)).toContain('我妈七十了')

    await vi.waitFor(() => expect(conversation.messages).toHaveLength(2))
    expect(texts(conversation)).toEqual(['我妈七十了', '您好'])
  })

  it('reads a refusal out where the person is looking, with its alternatives to press', async () => {
    const alternatives = [{ label: '周六 09:30', value: 's2' }]
    const refusal = new Refusal({ status: 409, code: 'slot_full', title: '已约满。', next_step: '请选一个。', alternatives })
    const conversation = await enter()
    vi.mocked(chat.say).mockRejectedValueOnce(refusal)

    await conversation.pick({ value: 's1', label: '周六 09:00' })

    await vi.waitFor(() => expect(texts(conversation)).toEqual(['周六 09:00', '已约满。请选一个。']))
    expect(conversation.lines[1]?.reply?.choices).toEqual(alternatives)
  })

  it('shows a message once whose answer was lost on the way, and which is sent again', async () => {
    const conversation = await enter()
    vi.mocked(chat.say).mockImplementationOnce(async (id, said) => {
      await county.say(id, said)
      throw new Unreachable('answer lost')
    })

    await conversation.say('我妈七十了')
    await vi.waitFor(() => expect(useOutbox().stuck).toBe(true))
    await conversation.catchUp()
    useOutbox().retry()
    await vi.waitFor(() => expect(useOutbox().parcels).toEqual([]))

    expect(texts(conversation)).toEqual(['我妈七十了', '您好'])
  })

  it('counts what came while nobody looked, and tells the lists of a notice', async () => {
    const conversation = await enter()
    county.tells(NOTICE)

    await conversation.catchUp()

    expect([conversation.unread, conversation.noticed]).toEqual([1, 1])
  })

  it('says nothing when there is nothing to say', async () => {
    const conversation = await enter()

    await conversation.say('   ')

    expect(county.heard).toEqual([])
  })
})
