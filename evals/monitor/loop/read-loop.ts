import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { type OutcomeRecord, outcomeOf } from "../../data/outcomes/outcome-record.ts";
import { type AuditFacts, auditFacts, isHashed } from "./audit-facts.ts";

/** Records of an audit, in the order of the file. */
export interface LoopRecords {
  readonly lines: number;
  readonly small: string | undefined;
  readonly large: string | undefined;
  /** Records with outcomes of both models. */
  readonly pairs: readonly OutcomeRecord[];
  /** Facts of the audit of each of `pairs`. */
  readonly facts: readonly (AuditFacts | undefined)[];
  readonly hashed: number;
  /** Costs of all audits, also of records that lack a model. */
  readonly costUsd: number;
  readonly unknownCosts: number;
}

export interface LoopModels {
  readonly small?: string | undefined;
  readonly large?: string | undefined;
}

/** Largest number of names of models that are counted. */
const mostNames = 1_000;

/**
 * Reads the records of an audit. The large model is the reference that the records name, and the small one the other
 * model that most records have, unless they are given. Throws `InvalidOptionError` if no record has a model's name.
 */
export async function readLoop(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  given: LoopModels,
): Promise<LoopRecords> {
  const all: { readonly record: OutcomeRecord; readonly facts: AuditFacts | undefined }[] = [];
  const references = new Map<string, number>();
  const names = new Map<string, number>();
  let costUsd = 0;
  let unknownCosts = 0;
  for await (const record of records) {
    const facts = auditFacts(record);
    all.push({ record, facts });
    if (facts?.costUsd === undefined) unknownCosts += 1;
    else costUsd += facts.costUsd;
    if (facts?.reference !== undefined) countIn(references, facts.reference);
    for (const name of Object.keys(record.outcomes)) countIn(names, name);
  }
  const large = given.large ?? mostFrequent(references);
  const small = given.small ?? mostFrequent(names, large);
  for (const [option, name] of [
    ["--large", given.large],
    ["--small", given.small],
  ] as const)
    if (name !== undefined && all.length > 0 && !names.has(name))
      throw new InvalidOptionError(option, name, `one of ${[...names.keys()].slice(0, 20).join(", ")}`);
  const both = all.filter(
    ({ record }) =>
      small !== undefined &&
      large !== undefined &&
      outcomeOf(record, small) !== undefined &&
      outcomeOf(record, large) !== undefined,
  );
  return {
    lines: all.length,
    small,
    large,
    pairs: both.map(({ record }) => record),
    facts: both.map(({ facts }) => facts),
    hashed: both.filter(({ record }) => isHashed(record)).length,
    costUsd,
    unknownCosts,
  };
}

function countIn(counts: Map<string, number>, name: string): void {
  const before = counts.get(name);
  if (before !== undefined || counts.size < mostNames) counts.set(name, (before ?? 0) + 1);
}

function mostFrequent(counts: ReadonlyMap<string, number>, besides?: string): string | undefined {
  let found: string | undefined;
  for (const [name, count] of counts)
    if (name !== besides && count > (found === undefined ? 0 : (counts.get(found) ?? 0))) found = name;
  return found;
}
