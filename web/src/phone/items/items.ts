import { catalogue } from '@shared/api/endpoints'
import type { Item, ItemMaterial } from '@shared/api/shapes'

const fetched = new Map<string, Promise<Item>>()

/** The guide of an item, fetched once while the page is open; a failed fetch is tried again next time. */
export function itemOf(code: string): Promise<Item> {
  const known = fetched.get(code)
  if (known) return known
  const fetching = catalogue.item(code)
  fetched.set(code, fetching)
  fetching.catch(() => fetched.delete(code))
  return fetching
}

/** What the person brings: everything no department holds already. */
export function toBring(item: Item): ItemMaterial[] {
  return item.materials.filter((material) => !material.shared)
}

/** 原件 · 复印件2份 · 可以后补: in which form a material is to be brought. */
export function formOf(material: ItemMaterial): string {
  const copies = material.copies ? `复印件${material.copies}份` : ''
  const leave = { 必要: '', 非必要: '没有可以不带', 容缺后补: '可以后补' }[material.need]
  return [material.original ? '原件' : '', copies, leave].filter(Boolean).join('，')
}

/** 不收费, or each fee with its standard. */
export function feeText(item: Item): string {
  return item.fees.map(({ name, standard }) => `${name}：${standard}`).join('；') || '不收费'
}

/** How long it takes, said as a whole sentence. */
export function limitText(item: Item): string {
  return item.promised_text === '当场办结' ? '材料齐了当场办好' : `受理后${item.promised_text}内办好`
}

/** Where it can be done, when nobody said which place is nearest. */
export function whereText(item: Item): string {
  const [first] = item.halls
  if (!first) return item.online ? '网上办理' : '请打服务中心电话问一问'
  return item.halls.length > 1 ? `${first.hall_name}等${item.halls.length}个服务中心` : first.hall_name
}
