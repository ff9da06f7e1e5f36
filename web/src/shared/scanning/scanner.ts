/** What a keyboard-like scanner has typed: letters in quick succession, ended by Enter. A person types slower. */
const PAUSE_OF_A_PERSON = 100
const SHORTEST_CODE = 16

export class Scanner {
  private typed = ''
  private last = 0

  /** The code, when this key ended one. */
  press(key: string, at: number): string | undefined {
    if (at - this.last > PAUSE_OF_A_PERSON) this.typed = ''
    this.last = at
    if (key === 'Enter') {
      const code = this.typed
      this.typed = ''
      return isCode(code) ? code : undefined
    }
    if (/^[A-Za-z0-9_-]$/.test(key)) this.typed += key
    return undefined
  }
}

/** Whether a text can be a check-in code: one word of letters and digits, longer than anybody types by accident. */
export function isCode(text: string): boolean {
  return text.length >= SHORTEST_CODE && /^[A-Za-z0-9_-]+$/.test(text)
}
