/** 王小明 → 王*明: enough for its owner, and for nobody who reads over a shoulder or looks at the screen on the wall. */
export function maskedName(name: string): string {
  const letters = [...name]
  if (letters.length <= 1) return name
  const last = letters.length > 2 ? letters[letters.length - 1] : ''
  return `${letters[0]}${'*'.repeat(Math.max(1, letters.length - 2))}${last}`
}
