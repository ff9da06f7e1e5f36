const LONGEST_SIDE = 2_000
const QUALITY = 0.88

/**
 * A photograph made small enough for a village's line: at most 2,000 pixels along its longer side, upright, as JPEG,
 * and without what the camera wrote into it (the place, among others). A picture that this browser cannot open, such as
 * HEIC on Android, is returned as it is; the server can.
 */
export async function shrink(file: Blob): Promise<Blob> {
  const address = URL.createObjectURL(file)
  try {
    const picture = await open(address)
    return (await redrawn(picture)) ?? file
  } catch {
    return file
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** Width and height that fit, keeping the shape; never larger than it was. */
export function fitting(width: number, height: number, longest = LONGEST_SIDE): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height, 1))
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}

// An <img> turns itself the way the camera was held; createImageBitmap does so only in newer browsers.
async function open(address: string): Promise<HTMLImageElement> {
  const picture = new Image()
  picture.src = address
  await picture.decode()
  return picture
}

function redrawn(picture: HTMLImageElement): Promise<Blob | null> {
  const canvas = Object.assign(document.createElement('canvas'), fitting(picture.naturalWidth, picture.naturalHeight))
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
}
