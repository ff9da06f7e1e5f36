import type { Reply } from '@shared/api/shapes'
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import Choices from '../../src/phone/chat/Choices.vue'
import { useConversation } from '../../src/phone/chat/conversation'

function offered(...choices: Reply['choices']) {
  return mount(Choices, { props: { reply: { kind: 'choices', text: '', choices } } })
}

beforeEach(() => setActivePinia(createPinia()))

describe('what one can press', () => {
  it('sends the value and shows the label', async () => {
    const pick = vi.spyOn(useConversation(), 'pick').mockResolvedValue()
    const choices = offered({ label: '预约办理', value: 'go_on' }, { label: '不是这个', value: 'another' })

    await choices.findAll('button')[0]?.trigger('click')

    expect(pick).toHaveBeenCalledWith({ label: '预约办理', value: 'go_on' })
  })

  it('recommends the step onwards, and none of several places', () => {
    const steps = offered({ label: '预约办理', value: 'go_on' }, { label: '不是这个', value: 'another' })
    const places = offered({ label: '安文', value: 'hall:anwen' }, { label: '新渥', value: 'hall:xinwo' })

    expect(steps.findAll('.first')).toHaveLength(1)
    expect(places.findAll('.first')).toHaveLength(0)
  })

  it('opens the camera itself where a photograph is asked for', () => {
    const choices = offered({ label: '拍照或选照片', value: 'photo' }, { label: '先跳过', value: 'pass' })

    expect(choices.findAll('input').map((input) => input.attributes('capture'))).toEqual(['environment', undefined])
    expect(choices.findAll('button').map((button) => button.text())).toEqual(['先跳过'])
  })

  it('shows five faces for the five grades', async () => {
    const pick = vi.spyOn(useConversation(), 'pick').mockResolvedValue()
    const words = ['非常不满意', '不满意', '基本满意', '满意', '非常满意']
    const choices = offered(...words.map((label, n) => ({ label, value: `evaluate:c1:${n + 1}` })))

    await choices.findAll('.face')[0]?.trigger('click')

    expect(choices.findAll('.face')).toHaveLength(5)
    expect(pick).toHaveBeenCalledWith({ label: '非常满意', value: 'evaluate:c1:5' })
  })
})
