/** Reading a QR code off a picture. The reader is loaded when a camera is opened, and not before. */
export interface Picture {
  data: Uint8ClampedArray
  width: number
  height: number
}

/** The text of the code on the picture, or undefined when there is none that can be read. */
export async function seen(picture: Picture): Promise<string | undefined> {
  const { default: read } = await import('jsqr')
  return read(picture.data, picture.width, picture.height, { inversionAttempts: 'dontInvert' })?.data || undefined
}
