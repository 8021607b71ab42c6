import type { RefusalClass } from "./refusal-class.ts";

/** Place at which a text was read: a page, a thread (`owner/name#12`), or a file of a project (`owner/name:path`). */
export type Source = `https://${string}` | `${string}/${string}#${number}` | `${string}/${string}:${string}`;

/** Day on which the source said it, or was read: `2026-09-28`. */
export type Day = `20${number}-${number}-${number}`;

/** HTTP statuses with which a saying counts. An error within a stream may have none: then each counts. */
export type Statuses = "any" | number | readonly number[];

/**
 * Field in which a saying stands. `code`: the whole of a code, type, reason or name of a field. `param`: the whole of
 * the field that the provider names. `text`: a part of the provider's text.
 */
export type SaidIn = "code" | "param" | "text";

/**
 * One saying. In a text, `…` stands for anything and `#` for the model's window in tokens; letters may be of any case, and a run of
 * white space is one space.
 */
export type Saying = readonly [statuses: Statuses, field: SaidIn, phrase: string, means: RefusalClass];

/** Sayings of one source. */
export interface Sayings {
  readonly from: Source;
  readonly day: Day;
  readonly sayings: readonly Saying[];
}

/** States where and when sayings were read. */
export function said(from: Source, day: Day, sayings: readonly Saying[]): Sayings {
  return { from, day, sayings };
}

/** Statuses of a refused request. Engines and gateways send 500 for some. */
export const refused = [400, 403, 413, 422, 424, 500] as const;
