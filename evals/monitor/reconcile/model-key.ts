/**
 * Returns what names of one model have in common: exports write `gpt-4o-2024-08-06`, `Claude Haiku 4.5` or
 * `claude-haiku-4-5-20251001` for what a configuration calls `gpt-4o` or `claude-haiku-4-5`.
 */
export function modelKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^models\//, "")
    .replaceAll(/[\s._]+/g, "-")
    .replace(/[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");
}
