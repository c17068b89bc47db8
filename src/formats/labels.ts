/** The first class name that stood there before. */
export function repeatedName(labels: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return labels.find((label) => seen.size === seen.add(label).size);
}
