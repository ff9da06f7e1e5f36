import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import ItemSearch from '../../src/desk/ui/ItemSearch.vue'
import { answering } from './scenery'

const CARDS = [
  { service_code: 'MZ10', name: '老年人优待证办理', department: '县民政局', promised_text: '当场办结' },
  { service_code: 'MZ09', name: '高龄津贴申领', department: '县民政局', promised_text: '10个工作日' },
]

async function searching(said: string) {
  const field = mount(ItemSearch, { props: { id: 'item', modelValue: undefined } })
  await field.get('input').setValue(said)
  await vi.advanceTimersByTimeAsync(200)
  await flushPromises()
  return field
}

describe('找事项', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('fetch', vi.fn(async () => answering({ items: CARDS })))
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('takes the best with Enter, and the second with one arrow', async () => {
    const first = await searching('老年证')
    await first.get('input').trigger('keydown', { key: 'Enter' })
    const second = await searching('老年证')
    await second.get('input').trigger('keydown', { key: 'ArrowDown' })
    await second.get('input').trigger('keydown', { key: 'Enter' })

    expect(first.emitted('update:modelValue')).toEqual([[{ service_code: 'MZ10', name: '老年人优待证办理' }]])
    expect(second.emitted('update:modelValue')).toEqual([[{ service_code: 'MZ09', name: '高龄津贴申领' }]])
  })

  it('forgets the choice when its name is changed', async () => {
    const field = mount(ItemSearch, { props: { id: 'item', modelValue: { service_code: 'MZ10', name: '老年人优待证办理' } } })

    await field.get('input').setValue('老年人优待证办')

    expect(field.emitted('update:modelValue')).toEqual([[undefined]])
  })

  it('names its list to a screen reader, open or not', async () => {
    const field = await searching('老年证')

    expect(field.find(`#${field.get('input').attributes('aria-controls')}`).attributes('role')).toBe('listbox')
  })
})
