import type { Model, ModelFacts } from "../contracts/index.ts";

/** Fields that the adapter of a model adds to each body, by the option `defaults.extraBody`. */
export interface AddedBody {
  /** Its texts, joined by newlines. Names of its fields are words of the provider. */
  readonly text: string;
  /** Its length as JSON, in bytes. */
  readonly bytes: number;
}

type Extra = Readonly<Record<string, unknown>>;

/** By facts, which say nothing of it themselves: its values may be anybody's business. */
const extraOf = new WeakMap<object, Extra>();
const read = new WeakMap<Extra, AddedBody>();

/** Keeps what `given` adds for other facts of the same model. */
export function keepAddedBody(facts: ModelFacts, given: ModelFacts): void {
  const extra = extraBodyOf(given);
  if (extra !== undefined) extraOf.set(facts, extra);
}

/** Returns what the adapter of a model adds; undefined if that is nothing. */
export function addedBody(facts: ModelFacts): AddedBody | undefined {
  const extra = extraBodyOf(facts);
  if (extra === undefined) return undefined;
  let added = read.get(extra);
  if (added === undefined) {
    added = { text: textsIn(extra, 0).join("\n"), bytes: bytesOf(extra) };
    read.set(extra, added);
  }
  return added;
}

function extraBodyOf(facts: ModelFacts): Extra | undefined {
  return (facts as Partial<Model>).defaults?.extraBody ?? extraOf.get(facts);
}

const deepest = 64;

function textsIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > deepest) return [];
  return Object.values(value).flatMap((one) => textsIn(one, depth + 1));
}

function bytesOf(extra: Extra): number {
  try {
    return new TextEncoder().encode(JSON.stringify(extra)).length;
  } catch {
    // Its adapter refuses it, too.
    return 0;
  }
}
