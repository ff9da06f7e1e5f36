/** 快捷键: function keys, because they do not mean anything while somebody is typing a name. */
import { onMounted, onUnmounted } from 'vue'

export interface Shortcut {
  /** As `KeyboardEvent.key` says it; `Alt+1` with the Alt key. */
  key: string
  act: () => void
  /** Whether the button beside it could be pressed now. */
  able?: () => boolean
}

/** Keys of this page part; a key of ours never reaches the browser, which would search or move the cursor with it. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const pressed = (event: KeyboardEvent): void => {
    const found = shortcuts.find(({ key }) => key === `${event.altKey ? 'Alt+' : ''}${event.key}`)
    if (!found || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return
    event.preventDefault()
    // A key held down is one press: nobody means to call five people.
    if (!event.repeat && (found.able?.() ?? true)) found.act()
  }
  onMounted(() => addEventListener('keydown', pressed))
  onUnmounted(() => removeEventListener('keydown', pressed))
}
