import { type Attempt, InvalidOptionError } from "../../../src/contracts/index.ts";
import { readName } from "../../../src/plugin/read-name.ts";
import type { ImportInput } from "../../data/input/import-input.ts";
import { readSpend } from "../spend/read-spend.ts";
import { createSeenKeys, type SeenKeys } from "../spend/seen-keys.ts";
import { nanoOfAtto, usdOfAtto } from "./atto-usd.ts";
import { explainDifference } from "./explain-difference.ts";
import type { ExportFormat } from "./export-format.ts";
import { modelKey } from "./model-key.ts";
import { type BilledRow, type ExportRemark, readExport } from "./read-export.ts";
import { addAttempt, addBilled, emptyOurs, emptyTheirs, type OurSide, type TheirSide } from "./sides.ts";

export interface ReconcileOptions {
  /** Decision logs. They may overlap: each attempt counts once. */
  readonly logs: readonly string[];
  /** Usage and cost exports. A row that another of them has, too, counts once. */
  readonly exports: readonly ImportInput[];
  /** Format of exports that are a table of the user's own. */
  readonly format?: ExportFormat | undefined;
  /** Providers whose attempts are compared. Default: those of the formats; all for a table. */
  readonly providers?: readonly string[] | undefined;
  /** Our name of a model by theirs, where they differ in more than a date. */
  readonly renamed?: ReadonlyMap<string, string> | undefined;
  /** Tenant by key, project or workspace. With it rows are those of tenants. */
  readonly tenants?: ReadonlyMap<string, string> | undefined;
}

/** Sums of both sides for a day and model. */
export interface ReconciledRow {
  readonly day: string;
  /** Absent: the export names no models. */
  readonly model?: string | undefined;
  readonly tenant?: string | undefined;
  readonly ours?: OurSums | undefined;
  readonly theirs?: TheirSums | undefined;
  /** Theirs less ours, exact to a nano-dollar. Absent: the export has no cost. */
  readonly differenceUsd?: number | undefined;
  /** Theirs less ours, input and output together. Absent: the export has no tokens. */
  readonly differenceTokens?: number | undefined;
  /** Reasons that may explain it. */
  readonly because: readonly string[];
}

export interface OurSums {
  readonly attempts: number;
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly unknown: number;
  readonly estimated: number;
  readonly estimatedUsd: number;
}

export interface TheirSums {
  readonly requests?: number | undefined;
  readonly costUsd?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

export interface Reconciliation {
  /** Formats of the exports, providers whose attempts are compared, and days that the exports cover. */
  readonly formats: readonly string[];
  readonly providers?: readonly string[] | undefined;
  readonly from: string;
  readonly to: string;
  /** By day, then model. */
  readonly rows: readonly ReconciledRow[];
  readonly total: Omit<ReconciledRow, "day" | "model" | "tenant" | "because">;
  /** Largest difference of a day, or of all, as a share of what was billed: of money, or of tokens without it. */
  readonly differenceShare: number;
  /** Attempts of the providers on days that the exports do not cover. */
  readonly outside: { readonly attempts: number; readonly costUsd: number };
  /** Rows of exports that repeat another export's. */
  readonly repeated: number;
  readonly remarks: readonly ExportRemark[];
}

/** Rows at most: the days of a year for 270 models. */
const mostRows = 100_000;

interface Sides {
  readonly day: string;
  readonly model: string;
  readonly tenant: string | undefined;
  ours?: OurSide;
  theirs?: TheirSide;
}

/**
 * Compares what decision logs counted with what a provider's exports say, by day in UTC and model. Streams: memory grows
 * with days and models, and by 16 to 32 bytes with each attempt and row. Changes nothing. Throws `OutcomeFormatError`, which
 * names file, line and field, and `InvalidOptionError`.
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const { logs, renamed = new Map(), tenants } = options;
  const names = new Map([...renamed].map(([theirs, ours]) => [modelKey(theirs), ours]));
  const sides = new Map<string, Sides>();
  const shown = new Map<string, string>();
  const sidesOf = (day: string, model: string, tenant: string | undefined): Sides => {
    const key = model === "" ? "" : modelKey(model);
    const place = JSON.stringify([day, key, tenant]);
    const known = sides.get(place);
    if (known !== undefined) return known;
    if (sides.size >= mostRows)
      throw new InvalidOptionError("exports", sides.size, `at most ${mostRows} days and models at once`);
    const made: Sides = { day, model: key, tenant };
    sides.set(place, made);
    return made;
  };

  const billed = await readBilled(options);
  const { from, to } = billed;
  const providers = options.providers ?? billed.providers;
  // A bill by days alone is compared by days alone.
  const isByModel = billed.rows.some(({ model }) => model !== undefined);
  for (const row of billed.rows) {
    if (row.isEmpty) continue;
    const model = row.model === undefined ? "" : (names.get(modelKey(row.model)) ?? row.model);
    shown.set(modelKey(model), shown.get(modelKey(model)) ?? model);
    const at = sidesOf(row.day, model, row.tenant);
    at.theirs ??= emptyTheirs();
    addBilled(at.theirs, row);
  }
  const outside = emptyOurs();
  const onAttempt = (attempt: Attempt, tenant: string | undefined): void => {
    const { provider, model } = readName(attempt.name);
    if (attempt.ownGpu === true || (providers !== undefined && !providers.includes(provider))) return;
    const day = attempt.startedAt.slice(0, 10);
    const isOutside = day < from || day > to;
    if (!isOutside) shown.set(modelKey(model), model);
    const at = isOutside ? { ours: outside } : sidesOf(day, isByModel ? model : "", tenants && tenant);
    at.ours ??= emptyOurs();
    addAttempt(at.ours, attempt);
  };
  await readSpend({ logs, maxRows: 1, onAttempt });

  const all = [...sides.values()].sort((a, b) => compare(a.day, b.day) || compare(a.model, b.model));
  const tokens = billed.rows.some((row) => tokensOf(row) !== undefined);
  const cost = billed.rows.some(({ atto }) => atto !== undefined);
  // Costs without models next to tokens with models are compared in all only.
  const has = { tokens, cost: cost && (!isByModel || billed.rows.some((row) => row.atto && row.model)) };
  return {
    formats: billed.formats,
    providers,
    from,
    to,
    rows: all.map(({ day, model, tenant, ours, theirs }) => ({
      day,
      ...(model === "" ? {} : { model: shown.get(model) ?? model }),
      ...(tenant === undefined ? {} : { tenant }),
      ...differenceOf(ours, theirs, has),
      because: isEqual(ours, theirs, has) ? [] : explainDifference(ours, theirs),
    })),
    total: differenceOf(...sumsOf(all), { tokens, cost }),
    differenceShare: largestShare(all),
    outside: { attempts: outside.attempts, costUsd: usdOfAtto(outside.atto) },
    repeated: billed.repeated,
    remarks: billed.remarks,
  };
}

/** A row of an export, with the tenant that it belongs to. */
interface OwnedRow extends TheirSide, Pick<BilledRow, "day" | "model"> {
  readonly tenant: string | undefined;
  /** True for a bucket without usage: its day is covered. */
  readonly isEmpty: boolean;
}

/** Reads the exports, and adds up their rows by day, model and tenant. */
async function readBilled({ exports, format, tenants }: ReconcileOptions) {
  const sums = new Map<string, Omit<OwnedRow, keyof TheirSide> & { side: TheirSide }>();
  const formats = new Map<string, ExportFormat>();
  const remarks: ExportRemark[] = [];
  const earlier: SeenKeys[] = [];
  let [repeated, from, to] = [0, "", ""];
  for (const input of exports) {
    const own = createSeenKeys();
    for await (const row of readExport(input, { format, onRemark: (remark) => remarks.push(remark) })) {
      const text = `${row.format.name} ${row.day} ${row.text}`;
      const isEmpty = [row.atto, row.inputTokens, row.outputTokens, row.requests].every(
        (one) => one === undefined,
      );
      if (!isEmpty && earlier.some((seen) => seen.has(text))) {
        repeated += 1;
        continue;
      }
      own.add(text);
      if (!isEmpty) formats.set(row.format.name, row.format);
      from = from === "" || row.day < from ? row.day : from;
      if (row.day > to) to = row.day;
      const tenant = row.owners.map((owner) => tenants?.get(owner)).find((one) => one !== undefined);
      const place = JSON.stringify([row.day, row.model, tenant, isEmpty]);
      let sum = sums.get(place);
      if (sum === undefined) {
        if (sums.size >= mostRows)
          throw new InvalidOptionError("exports", sums.size, `at most ${mostRows} days and models at once`);
        sum = { day: row.day, model: row.model, tenant, isEmpty, side: emptyTheirs() };
        sums.set(place, sum);
      }
      addBilled(sum.side, row);
    }
    earlier.push(own);
  }
  if (from === "") throw new InvalidOptionError("exports", exports.length, "files with a day at least");
  const known = [...formats.values()].map(({ provider }) => provider);
  const providers =
    known.every((one) => one !== undefined) && known.length > 0 ? [...new Set(known)] : undefined;
  const rows = [...sums.values()].map(({ side, ...row }): OwnedRow => ({ ...row, ...side }));
  return { rows, formats: [...formats.keys()], providers, remarks, repeated, from, to };
}

/** Kinds of sums that the exports have: what a provider does not list then, it has not billed. */
interface Has {
  readonly cost: boolean;
  readonly tokens: boolean;
}

function differenceOf(ours: OurSide | undefined, theirs: TheirSide | undefined, has: Has) {
  const counted = (ours?.inputTokens ?? 0) + (ours?.outputTokens ?? 0);
  return {
    ...(ours && { ours: ourSums(ours) }),
    ...(theirs && { theirs: theirSums(theirs) }),
    ...(has.cost && { differenceUsd: usdOfAtto((theirs?.atto ?? 0n) - (ours?.atto ?? 0n)) }),
    ...(has.tokens && { differenceTokens: (tokensOf(theirs) ?? 0) - counted }),
  };
}

function ourSums({ atto, estimatedAtto, billable: _, ...counts }: OurSide): OurSums {
  return { ...counts, costUsd: usdOfAtto(atto), estimatedUsd: usdOfAtto(estimatedAtto) };
}

function theirSums({ atto, rows: _, ...counts }: TheirSide): TheirSums {
  return { ...counts, costUsd: atto === undefined ? undefined : usdOfAtto(atto) };
}

function tokensOf(side: Pick<TheirSide, "inputTokens" | "outputTokens"> | undefined): number | undefined {
  if (side?.inputTokens === undefined && side?.outputTokens === undefined) return undefined;
  return (side.inputTokens ?? 0) + (side.outputTokens ?? 0);
}

function isEqual(ours: OurSide | undefined, theirs: TheirSide | undefined, has: Has): boolean {
  const { differenceUsd = 0, differenceTokens = 0 } = differenceOf(ours, theirs, has);
  return differenceUsd === 0 && differenceTokens === 0 && ours !== undefined && theirs !== undefined;
}

function sumsOf(all: readonly Sides[]): [OurSide, TheirSide] {
  const ours = emptyOurs();
  const theirs = emptyTheirs();
  for (const one of all) {
    if (one.theirs !== undefined) addBilled(theirs, one.theirs);
    if (one.ours === undefined) continue;
    ours.attempts += one.ours.attempts;
    ours.billable += one.ours.billable;
    ours.atto += one.ours.atto;
    ours.inputTokens += one.ours.inputTokens;
    ours.outputTokens += one.ours.outputTokens;
    ours.unknown += one.ours.unknown;
    ours.estimated += one.ours.estimated;
    ours.estimatedAtto += one.ours.estimatedAtto;
  }
  return [ours, theirs];
}

/** Returns the largest difference as a share of what was billed, of each day and of all: differences of days may cancel out. */
function largestShare(all: readonly Sides[]): number {
  const days = new Map<string, Sides[]>();
  for (const one of all) {
    const ofDay = days.get(one.day);
    if (ofDay === undefined) days.set(one.day, [one]);
    else ofDay.push(one);
  }
  return Math.max(0, ...[...days.values(), all].map(shareOf));
}

function shareOf(all: readonly Sides[]): number {
  const [ours, theirs] = sumsOf(all);
  const tokens = theirs.atto === undefined ? tokensOf(theirs) : undefined;
  const billed = tokens === undefined ? nanoOfAtto(theirs.atto ?? 0n) : BigInt(tokens);
  const counted = tokens === undefined ? nanoOfAtto(ours.atto) : BigInt(ours.inputTokens + ours.outputTokens);
  const difference = billed < counted ? counted - billed : billed - counted;
  if (difference === 0n) return 0;
  return billed > 0n ? Number(difference) / Number(billed) : Number.POSITIVE_INFINITY;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
