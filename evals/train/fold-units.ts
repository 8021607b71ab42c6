import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { unitKey } from "../data/split/units.ts";
import { groupHash } from "./group-hash.ts";

/** Hashes of what joins an example to others. Examples that share one are kept in one fold. */
export interface JoinKeys {
  /** The prompt, or the group that the record names. */
  readonly prompt: number;
  /** The text, group and session. */
  readonly related: readonly number[];
  /** The prompt without numbers, names and quotations: requests made from one template are alike. */
  readonly template?: number | undefined;
}

/**
 * Returns the keys of a record, whose prompt key has the hash `prompt`. Its tenant does not count: a few tenants
 * would leave nothing to compare.
 */
export function joinKeysOf(record: OutcomeRecord, prompt: number): JoinKeys {
  // A record of a group is known by it, and has a text, too.
  const fields = record.group ? (["prompt", "session"] as const) : (["session"] as const);
  const hashes = fields.flatMap((field) => {
    const key = unitKey(record, field);
    return key === undefined ? [] : [field === "prompt" ? groupHash(key) : groupHash(`${field}:${key}`)];
  });
  const template = unitKey(record, "template");
  return {
    prompt,
    related: hashes,
    template: template === undefined ? undefined : groupHash(`template:${template}`),
  };
}

export interface FoldUnits {
  /** Number of each example's unit, from 0. */
  readonly units: Uint32Array;
  readonly count: number;
  /** False if prompts of one template had to be taken for independent, since too few others are left. */
  readonly separatesTemplates: boolean;
}

/** Joins examples to units by all keys; by fewer of them if that leaves less than `least` units. */
export function foldUnits(keys: readonly JoinKeys[], least: number): FoldUnits {
  const all = joined(
    keys.map(({ prompt, related, template }) => [
      prompt,
      ...related,
      ...(template === undefined ? [] : [template]),
    ]),
  );
  if (all.count >= least) return { ...all, separatesTemplates: true };
  const related = joined(keys.map((own) => [own.prompt, ...own.related]));
  if (related.count >= least) return { ...related, separatesTemplates: false };
  return { ...joined(keys.map(({ prompt }) => [prompt])), separatesTemplates: false };
}

/** Numbers what is connected by shared keys, directly or through others, in order of first appearance. */
function joined(keys: readonly (readonly number[])[]): {
  readonly units: Uint32Array;
  readonly count: number;
} {
  const parents = Uint32Array.from(keys, (_, index) => index);
  const rootOf = (index: number): number => {
    let at = index;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  const first = new Map<number, number>();
  keys.forEach((own, index) => {
    for (const key of own) {
      const other = first.get(key);
      if (other === undefined) first.set(key, index);
      else {
        const [a, b] = [rootOf(other), rootOf(index)];
        parents[Math.max(a, b)] = Math.min(a, b);
      }
    }
  });
  const numbers = new Map<number, number>();
  const units = Uint32Array.from(keys, (_, index) => {
    const root = rootOf(index);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
  return { units, count: numbers.size };
}
