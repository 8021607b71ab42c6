import type { Examples, FlipShare } from "../../src/router/classifiers/trained/inner.ts";

/** Changed copies of some examples. */
export interface Variants {
  readonly examples: Examples;
  /** Row of the example that each was made of. */
  readonly originals: Uint32Array;
  /** Name of each one's change. */
  readonly kinds: readonly string[];
}

/** Largest share of prompts that may change sides by a change that keeps their meaning. */
export const mostFlips = 0.1;

/**
 * Counts, by kind of change, the copies that lie on the other side of the middle than their originals. All
 * scores are held out: nothing was trained on the prompt itself.
 */
export function flipsOf(
  { originals, kinds }: Variants,
  scores: Float64Array,
  changed: Float64Array,
  middle: number,
): readonly FlipShare[] {
  const counts = new Map<string, { flipped: number; prompts: number }>();
  originals.forEach((row, index) => {
    const kind = kinds[index] ?? "";
    const count = counts.get(kind) ?? { flipped: 0, prompts: 0 };
    const flipped = (scores[row] as number) >= middle !== (changed[index] as number) >= middle;
    counts.set(kind, { flipped: count.flipped + (flipped ? 1 : 0), prompts: count.prompts + 1 });
  });
  return [...counts].map(([kind, { flipped, prompts }]) => ({ kind, share: flipped / prompts, prompts }));
}

/** Describes the kinds of changes that move too many prompts; `undefined` if there are none. */
export function describeFlips(flips: readonly FlipShare[]): string | undefined {
  const frequent = flips.filter(({ share }) => share > mostFlips);
  if (frequent.length === 0) return undefined;
  const shown = frequent.map(({ kind, share, prompts }) => `${kind} ${percent(share)} of ${prompts}`);
  return `small changes move more than ${percent(mostFlips)} of prompts to the other side of the middle: ${shown.join(", ")}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
