/** Names that are shown, and their longest part. */
const mostShown = 5;
const longestShown = 60;

/**
 * Returns the problem of a model that its endpoint does not list; undefined if it does, or if it lists nothing.
 * Endpoints may add `:latest` or a folder to a name.
 */
export function unlistedProblem(model: string, listed: readonly string[]): string | undefined {
  if (listed.length === 0) return undefined;
  const isSame = (name: string): boolean =>
    name === model || name === `${model}:latest` || name === `models/${model}`;
  if (listed.some(isSame)) return undefined;
  const shown = [...listed]
    .sort((a, b) => likeness(b, model) - likeness(a, model) || (a < b ? -1 : 1))
    .slice(0, mostShown)
    .map((name) => (name.length > longestShown ? `${name.slice(0, longestShown)}…` : name));
  const others = listed.length > shown.length ? `, and ${listed.length - shown.length} others` : "";
  return `its endpoint does not list the model ${model}, but ${shown.join(", ")}${others}: is the name right?`;
}

/** Counts the characters that two names have in common at their start. */
function likeness(name: string, model: string): number {
  let same = 0;
  while (same < model.length && name[same] === model[same]) same += 1;
  return same;
}
