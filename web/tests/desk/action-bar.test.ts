import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'

import ActionBar from '../../src/desk/cases/ActionBar.vue'
import { draftOf, dropDraft } from '../../src/desk/cases/drafts'
import { aCase } from './scenery'

function laid(given: Parameters<typeof aCase>[0] = {}) {
  const shown = aCase(given)
  const draft = draftOf(shown.id)
  return { draft, bar: mount(ActionBar, { props: { shown, draft, busy: false }, attachTo: document.body }) }
}

const press = (key: string): boolean => dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }))

describe('办件操作', () => {
  afterEach(() => {
    dropDraft('c1')
    document.body.innerHTML = ''
  })

  it('accepts with one press of F6 when nothing is wrong', async () => {
    const { bar } = laid()

    press('F6')

    expect(bar.emitted('act')).toEqual([['accept', {}]])
    bar.unmount()
  })

  it('does nothing while a key is held down', () => {
    const { bar } = laid()

    dispatchEvent(new KeyboardEvent('keydown', { key: 'F6', repeat: true }))

    expect(bar.emitted('act')).toBeUndefined()
    bar.unmount()
  })

  it('asks for every correction at once when a material was marked', async () => {
    const { bar, draft } = laid()
    draft.marks['photo'] = { verdict: 'unreadable', remark: '照片太暗' }
    draft.marks['id_card'] = { verdict: 'missing', remark: '' }

    press('F6')
    await bar.vm.$nextTick()
    press('F6')

    const materials = { id_card: { verdict: 'missing', remark: '' }, photo: { verdict: 'unreadable', remark: '照片太暗' } }
    expect(bar.emitted('act')).toEqual([['ask_correction', { materials, remark: '' }]])
    bar.unmount()
  })

  it('never sends a bare no', async () => {
    const { bar, draft } = laid({ acts: ['redirect'] })
    await bar.get('button').trigger('click')
    draft.redirect.reason = '户籍不在本县'
    await bar.vm.$nextTick()

    press('F6')

    expect(bar.emitted('act')).toBeUndefined()
    expect(bar.text()).toContain('不能只说不行')
    bar.unmount()
  })

  it('keeps what was written when the act is no longer possible, and says why it cannot be sent', async () => {
    const { bar, draft } = laid({ acts: ['redirect'] })
    await bar.get('button').trigger('click')
    Object.assign(draft.redirect, { reason: '户籍不在本县', ground: '办法第三条', instead: '请到户籍地办理' })

    await bar.setProps({ shown: aCase({ acts: ['hand_over'], state_text: '已受理' }) })
    press('F6')

    expect(bar.emitted('act')).toBeUndefined()
    expect(bar.text()).toContain('现在是“已受理”')
    expect(bar.find('textarea').element.value).toBe('户籍不在本县')
    bar.unmount()
  })

  it('says what is lacking before it accepts without it', async () => {
    const bare = aCase().materials.map((each) => (each.key === 'photo' ? { ...each, pages: [] } : each))
    const { bar } = laid({ lacking: ['一寸照片'], materials: bare })

    press('F6')
    await bar.vm.$nextTick()

    expect(bar.text()).toContain('一寸照片')
    expect(bar.emitted('act')).toBeUndefined()
    bar.unmount()
  })
})
