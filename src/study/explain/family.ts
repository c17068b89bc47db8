/** A name that exporters give every file, which says nothing. */
const NAMELESS = /^(model|network|export|exported)(\.fused)?$/i;

/**
 * The family of a network by its file's name, or its folder's where the file is called `model.onnx`: the letters before the first
 * digit or mark. `mobilenetv3_small_100` and `mobilenetv2_035` are both of `mobilenetv`; `tf_`, by which timm says where
 * weights came from, is left out.
 */
export function familyOf(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const name = (parts.at(-1) ?? '').replace(/\.onnx$/i, '').replace(/\.fused$/, '');
  const told = NAMELESS.test(name) && parts.length > 1 ? (parts.at(-2) ?? name) : name;
  return /^[a-z]+/i.exec(told.toLowerCase().replace(/^tf_/, ''))?.[0] ?? told;
}
